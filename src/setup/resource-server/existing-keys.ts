/**
 * Handles keys that this software made and that the resource server already holds, but that this deployment has not
 * recorded. A key of another deployment is overwritten only with `replaceKey`. A key of this deployment, whose record
 * was lost, is adopted only with `replaceKey`: without a trace it would stay trusted after a revocation, or be restored
 * by a tear-down. A key that somebody put there by hand is overwritten, and restored later.
 */
import { SetupError } from '../../management/errors.ts';
import {
  includesKey,
  KEY_PROPERTIES,
  type KeyProperties,
  type KeyProperty,
  sameKeyValue,
  type WantedKeyProperties,
} from '../../management/key-properties.ts';
import type { KeyTraces } from './key-change.ts';
import { isJwksUrlOfOurs, kidOfOurKey, wantedKids } from './key-maker.ts';

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
 * Checks that no key of another deployment is overwritten. In `verificationKeys`, a list, all keys can stay.
 *
 * @throws SetupError `key_in_use`
 */
export function assertNotOverwritten(inUse: readonly KeyInUse[], wanted: WantedKeyProperties): void {
  const overwritten = inUse.find(({ property }) => property !== 'verificationKeys' && wanted[property] !== null);
  if (!overwritten) return;
  throw new SetupError(
    'key_in_use',
    `${describe(overwritten)}. Another deployment for the same audience may be signing with it; overwriting it would break that deployment. Nothing was changed. Destroy the other deployment, choose another audience, or let both use keyDelivery "verificationKeys", which can hold both keys. If the key is no longer needed, deploy once with -c replaceKey=true.`,
  );
}

/** A warning: it is not overwritten, but the tenant may look in one of the two properties only. */
export function keyBeside(inUse: KeyInUse): SetupError {
  return new SetupError(
    'key_in_use',
    `${describe(inUse)}. Another deployment for the same audience may be signing with it, and the tenant may look in only one of the two places, so that one of the deployments stops. Let both use keyDelivery "verificationKeys", or destroy the other one.`,
  );
}

/**
 * Adds traces for the keys of this deployment that have none. These keys count as ours, and only the other values count
 * as there before.
 *
 * @throws SetupError `record_missing` if there are any, unless the keys may be replaced
 */
export function adoptUntraced(
  current: KeyProperties,
  wanted: WantedKeyProperties,
  traces: KeyTraces,
  replaceKey: boolean,
): KeyTraces {
  const untraced = KEY_PROPERTIES.filter((property) => !traces[property])
    .map((property) => ({ property, ours: ownValues(property, current, wanted) }))
    .filter(({ ours }) => ours.length > 0);
  const [first] = untraced;
  if (first && !replaceKey) throw recordMissing(first.property);
  const adopted = untraced.map(({ property, ours }) => {
    const others = valuesOf(property, current).filter((value) => !includesKey(ours, value));
    return [property, { before: others.length > 0 ? others : null, ours }] as const;
  });
  return { ...traces, ...Object.fromEntries(adopted) };
}

/** The error for a resource server that we created, but that another deployment uses by now. */
export function createdInUse(identifier: string, inUse: KeyInUse): SetupError {
  return new SetupError(
    'key_in_use',
    `The resource server ${JSON.stringify(identifier)} was created by this software, but another deployment uses it: its "${inUse.property}" holds ${inUse.found}. Nothing was deleted. Destroy the other deployment first, or leave out the removal of what was created.`,
  );
}

function recordMissing(property: KeyProperty): SetupError {
  return new SetupError(
    'record_missing',
    `The resource server's "${property}" already holds the key of this deployment, but there is no record of what was there before. An earlier version of this software may have set it up, with a record that this version does not know. Nothing was changed. Destroy the earlier deployment with the version that made it, then deploy again. If there is none, deploy once with -c replaceKey=true: the key then counts as this deployment's own, and is removed when it is destroyed.`,
  );
}

function describe({ property, found }: KeyInUse): string {
  return `The resource server's "${property}" holds ${found}, which this software made, but for another deployment`;
}

function foundByValue(value: unknown, wanted: WantedKeyProperties): string | undefined {
  const held = (Array.isArray(value) ? value : [value]).map(kidOfOurKey);
  const kid = held.find((candidate) => candidate !== undefined && !wantedKids(wanted).includes(candidate));
  return kid === undefined ? undefined : `the key ${kid}`;
}

function foundByUrl({ verificationLocation: location }: KeyProperties, wanted: WantedKeyProperties) {
  if (location === wanted.verificationLocation || !isJwksUrlOfOurs(location)) return undefined;
  return `the URL of a JWKS at ${new URL(location).host}`;
}

function ownValues(property: KeyProperty, current: KeyProperties, wanted: WantedKeyProperties): readonly unknown[] {
  const ours = valuesOf(property, wanted).filter((value) =>
    property === 'verificationLocation' ? isJwksUrlOfOurs(value) : kidOfOurKey(value) !== undefined,
  );
  return valuesOf(property, current).filter((value) => ours.some((own) => sameKeyValue(own, value)));
}

function valuesOf(
  property: KeyProperty,
  { [property]: value }: KeyProperties | WantedKeyProperties,
): readonly unknown[] {
  if (property === 'verificationKeys') return Array.isArray(value) ? value : [];
  return value === null ? [] : [value];
}
