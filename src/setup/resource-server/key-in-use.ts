/**
 * Protects the keys of other deployments for the same API. A deployment overwrites such a key only with `replaceKey`. A
 * key that somebody put there by hand is overwritten, and restored later.
 */
import { SetupError } from '../../management/errors.ts';
import {
  KEY_PROPERTIES,
  type KeyProperties,
  type KeyProperty,
  type WantedKeyProperties,
} from '../../management/key-properties.ts';
import type { KeyTraces } from './key-change.ts';
import { isJwksUrlOfOurs, kidOfOwnMaking, wantedKids } from './key-maker.ts';

/** A key of this software on the resource server that this deployment did not write there. */
export interface KeyInUse {
  readonly property: KeyProperty;
  /** For people: its `kid`, or where it is served. Never the key. */
  readonly found: string;
}

/**
 * Finds the keys of other deployments.
 *
 * @param traces properties with a trace were written by this deployment and are not examined
 */
export function keysUsedByOthers(
  current: KeyProperties,
  wanted: WantedKeyProperties,
  traces: KeyTraces,
): readonly KeyInUse[] {
  return KEY_PROPERTIES.filter((property) => !traces[property]).flatMap((property) => {
    const found =
      property === 'verificationLocation' ? foundByUrl(current, wanted) : foundByValue(current[property], wanted);
    return found === undefined ? [] : [{ property, found }];
  });
}

/**
 * Makes sure that none of them is overwritten. `verificationKeys` is a list, in which all stand side by side.
 *
 * @throws SetupError `key_in_use`
 */
export function assertNotOverwritten(inUse: readonly KeyInUse[], wanted: WantedKeyProperties): void {
  const overwritten = inUse.find(({ property }) => property !== 'verificationKeys' && wanted[property] !== null);
  if (!overwritten) return;
  throw new SetupError(
    'key_in_use',
    `${describe(overwritten)}. Another deployment for the same audience may be signing with it; overwriting it would stop that one. Nothing was changed. Destroy the other deployment, choose another audience, or let both use keyDelivery "verificationKeys", where both keys stand side by side. If the key is no longer needed, deploy once with -c replaceKey=true.`,
  );
}

/** A warning: it is not overwritten, but the tenant may look in one of the two properties only. */
export function keyBeside(inUse: KeyInUse): SetupError {
  return new SetupError(
    'key_in_use',
    `${describe(inUse)}. Another deployment for the same audience may be signing with it, and the tenant may look in only one of the two places, so that one of the deployments stops. Let both use keyDelivery "verificationKeys", or destroy the other one.`,
  );
}

function describe({ property, found }: KeyInUse): string {
  return `The resource server's "${property}" holds ${found}, which this software made but not this deployment`;
}

function foundByValue(value: unknown, wanted: WantedKeyProperties): string | undefined {
  const held = (Array.isArray(value) ? value : [value]).map(kidOfOwnMaking);
  const kid = held.find((candidate) => candidate !== undefined && !wantedKids(wanted).includes(candidate));
  return kid === undefined ? undefined : `the key ${kid}`;
}

function foundByUrl({ verificationLocation: location }: KeyProperties, wanted: WantedKeyProperties) {
  if (location === wanted.verificationLocation || !isJwksUrlOfOurs(location)) return undefined;
  return `the URL of a JWKS at ${new URL(location).host}`;
}
