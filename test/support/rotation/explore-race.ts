/** Explores one race: which processes, in which mode of delivery, how far. */
import type { KeyDelivery } from '../../../src/core/key-delivery.ts';
import { type Exploration, type Explored, explore, type Process } from './interleavings.ts';
import { expectRight, fingerprint, lease, worldBefore } from './races.ts';
import type { RotationWorld, STEP_NAMES } from './world.ts';

export interface Race {
  /** The steps before it have been done. */
  readonly before: (typeof STEP_NAMES)[number];
  readonly delivery: KeyDelivery;
  readonly processes: readonly Process<RotationWorld>[];
}

/** Throws with the order that ends wrong. */
export function exploreRace(
  { before, delivery, processes }: Race,
  bounds: Pick<Exploration<RotationWorld>, 'mostInterruptions' | 'mostRuns' | 'report'> = {},
): Promise<Explored> {
  const makeWorld = () => worldBefore(before, delivery);
  return explore({ makeWorld, processes, fingerprint, awaited: lease, check: expectRight, ...bounds });
}
