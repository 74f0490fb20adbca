/**
 * The errors about resource servers and their key properties, each with its fix. The only values they show are
 * identifiers.
 */

import { nearestNames } from '../../core/nearest-names.ts';
import { SetupError } from '../../management/errors.ts';
import type { KeyProperty } from '../../management/key-properties.ts';

export function propertyRefused(property: KeyProperty, got: string): SetupError {
  return new SetupError(
    'property_refused',
    `The resource server does not accept "${property}": ${got}. Expected it to hold our key afterwards; ask Auth0's support to enable the feature for the tenant, or choose another keyDelivery ("wellKnown" needs no property at all) or keyFormat.`,
  );
}

/** Thrown if the tenant does not know a property at all. Nothing was changed, so another property can be tried. */
export class PropertyUnknown extends SetupError {
  constructor(property: KeyProperty) {
    super(
      'property_refused',
      `The resource server does not accept "${property}": the tenant does not know this property. Expected it to hold our key; choose another keyDelivery ("auto" tries "verificationKey" and "verificationKeys", and "wellKnown" needs no property at all), or ask Auth0's support to enable the feature for the tenant.`,
    );
  }
}

export function propertyKept(property: KeyProperty, got: string): SetupError {
  return new SetupError(
    'property_kept',
    `The resource server still holds what we wrote in "${property}": ${got}. Expected it to be removed; remove it by hand, otherwise the tenant still trusts a key that is no longer in use.`,
  );
}

/** A warning: it is not ours to remove. */
export function propertyForeign(property: KeyProperty): SetupError {
  return new SetupError(
    'property_foreign',
    `The resource server holds a "${property}" that we did not write, and the tenant may look there and never find our key. Expected none; remove it if nobody needs it, or choose keyDelivery "${property === 'verificationLocation' ? 'verificationKey' : property}".`,
  );
}

/**
 * @param names what the tenant has instead
 */
export function resourceServerNotFound(identifier: string, names: readonly string[]): SetupError {
  return new SetupError(
    'resource_server_not_found',
    `The tenant has no resource server with the identifier ${JSON.stringify(identifier)}; ${others(identifier, names)}. Expected an exact match, final slash included; set audience to the right identifier, or set createResourceServer to create the resource server.`,
  );
}

function others(identifier: string, names: readonly string[]): string {
  if (names.length === 0) return 'it has none';
  const nearest = nearestNames(identifier, names).map((name) => JSON.stringify(name.slice(0, 200)));
  if (nearest.length > 0) return `the nearest it has: ${nearest.join(', ')}`;
  return names.length === 1
    ? 'it has one other, which is not similar'
    : `it has ${names.length} others, and none is similar`;
}
