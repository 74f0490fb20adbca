/** How a tenant can get the public key of a resource server: the one list of modes, and of the forms of a key. */

/** By value in one slot, by value in a list, by the URL of a JWKS, or at the identifier's own origin. */
export const KEY_DELIVERIES = ['verificationKey', 'verificationKeys', 'verificationLocation', 'wellKnown'] as const;

export type KeyDelivery = (typeof KEY_DELIVERIES)[number];

/** What a key that is delivered by value is wrapped in. */
export const KEY_FORMATS = ['certificate', 'jwk'] as const;

export type KeyFormat = (typeof KEY_FORMATS)[number];
