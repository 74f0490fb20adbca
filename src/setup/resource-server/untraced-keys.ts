/**
 * A key of this deployment that the tenant holds already, although no record says so: the record was lost, or an earlier version
 * keeps it elsewhere. Without a trace such a key would stay trusted after a revocation, or be restored by a tear-down.
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
import { isJwksUrlOfOurs, kidOfOwnMaking } from './key-maker.ts';

/** Finds the properties without a trace that hold what is wanted, made by this software. */
export function untracedKeys(
  current: KeyProperties,
  wanted: WantedKeyProperties,
  traces: KeyTraces,
): readonly KeyProperty[] {
  return KEY_PROPERTIES.filter((property) => !traces[property] && ownValues(property, current, wanted).length > 0);
}

/** Traces that say so: the keys are ours, and nothing of ours was there before. */
export function adoptedTraces(
  properties: readonly KeyProperty[],
  current: KeyProperties,
  wanted: WantedKeyProperties,
): KeyTraces {
  const entries = properties.map((property) => {
    const ours = ownValues(property, current, wanted);
    const others = valuesOf(property, current).filter((value) => !includesKey(ours, value));
    return [property, { before: others.length > 0 ? others : null, ours }] as const;
  });
  return Object.fromEntries(entries);
}

export function recordMissing(property: KeyProperty): SetupError {
  return new SetupError(
    'record_missing',
    `The resource server's "${property}" already holds the key of this deployment, but there is no record of what was there before. An earlier version of this software may have set it up, with a record that this version does not know. Nothing was changed. Destroy the earlier deployment with the version that made it, then deploy again. If there is none, deploy once with -c replaceKey=true: the key then counts as this deployment's own, and is removed when it is destroyed.`,
  );
}

function ownValues(property: KeyProperty, current: KeyProperties, wanted: WantedKeyProperties): readonly unknown[] {
  const ours = valuesOf(property, wanted).filter((value) =>
    property === 'verificationLocation' ? isJwksUrlOfOurs(value) : kidOfOwnMaking(value) !== undefined,
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
