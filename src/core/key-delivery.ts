/** The ways in which a tenant can get a resource server's public key, and the formats of that key. */

/**
 * By value in one slot, by value in a list, by the URL of a JWKS, or at the identifier's own origin. `auto` is by value, in the
 * slot or, if the tenant does not know that property, in the list.
 */
export const KEY_DELIVERIES = [
  'auto',
  'verificationKey',
  'verificationKeys',
  'verificationLocation',
  'wellKnown',
] as const;

export type KeyDelivery = (typeof KEY_DELIVERIES)[number];

/** Returns whether the tenant fetches keys by URL. It then learns of a new key only when its cached JWKS expires. */
export function isByUrl(keyDelivery: KeyDelivery): boolean {
  return keyDelivery === 'verificationLocation' || keyDelivery === 'wellKnown';
}

/** The format of a key that is delivered by value. */
export const KEY_FORMATS = ['certificate', 'jwk'] as const;

export type KeyFormat = (typeof KEY_FORMATS)[number];
