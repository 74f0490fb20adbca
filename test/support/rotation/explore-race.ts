/** Explores one race: some processes with one delivery mode, up to some bounds. */
import { type Exploration, type Explored, explore, type Process } from './interleavings.ts';
import { expectCorrect, fingerprint, lease, worldBefore } from './races.ts';
import type { RotationWorld, STEP_NAMES } from './world.ts';

export interface Race {
  /** All steps before this one are complete. */
  readonly before: (typeof STEP_NAMES)[number];
  readonly delivery: RotationWorld['keyDelivery'];
  readonly processes: readonly Process<RotationWorld>[];
}

/** Throws with the order that ends incorrectly. */
export function exploreRace(
  { before, delivery, processes }: Race,
  bounds: Pick<Exploration<RotationWorld>, 'mostInterruptions' | 'mostRuns' | 'report'> = {},
): Promise<Explored> {
  const makeWorld = () => worldBefore(before, delivery);
  return explore({ makeWorld, processes, fingerprint, awaited: lease, check: expectCorrect, ...bounds });
}
