/** What the key properties of the resource server should be, for each way of delivering the key. Public halves only. */
import { ConfigurationError } from '../../core/errors.ts';
import type { KeyDelivery, KeyFormat } from '../../core/key-delivery.ts';
import type { WantedKeyProperties } from '../../management/key-properties.ts';
import {
  certificatePem,
  type PrivateSigningJwk,
  type PublicSigningJwk,
  publicJwk,
  publicKeyPem,
} from '../../signing-key/signing-key.ts';

/**
 * The public half of a signing key, with its certificate. A private key is accepted too; its private half is not used.
 */
export type DeliveredKey = PublicSigningJwk & Pick<PrivateSigningJwk, 'x5c'>;

export interface KeyDeliveryOptions {
  readonly keyDelivery: KeyDelivery;
  /**
   * The format of a key that is delivered by value. In a list, `jwk` means the bare public key, since its entries are
   * PEM.
   */
  readonly keyFormat: KeyFormat;
  /** The keys that the tenant should know. A single slot holds only the first. */
  readonly keys: readonly [DeliveredKey, ...DeliveredKey[]];
  /** Where the JWKS is served; needed for `verificationLocation`. */
  readonly jwksUrl?: string | undefined;
}

const NONE: WantedKeyProperties = { verificationKey: null, verificationKeys: null, verificationLocation: null };

const TABLE: {
  readonly [Delivery in Exclude<KeyDelivery, 'auto'>]: (options: KeyDeliveryOptions) => Partial<WantedKeyProperties>;
} = {
  verificationKey: ({ keyFormat, keys: [key] }) => ({
    verificationKey: keyFormat === 'jwk' ? JSON.stringify(publicJwk(key)) : certificatePem(key),
  }),
  verificationKeys: ({ keyFormat, keys }) => ({
    verificationKeys: keys.map((key) => ({
      kid: key.kid,
      pem: keyFormat === 'jwk' ? publicKeyPem(key) : certificatePem(key),
    })),
  }),
  verificationLocation: ({ jwksUrl }) => ({ verificationLocation: assertJwksUrl(jwksUrl) }),
  wellKnown: () => ({}),
};

/** What to write, and what to write in its place if the tenant does not know one of its properties. */
export type WantedInOrder = readonly [first: WantedKeyProperties, second?: WantedKeyProperties | undefined];

/**
 * Looks up what the resource server should hold. With `auto`, there are two possibilities.
 *
 * @throws ConfigurationError `configuration_invalid` if `verificationLocation` is wanted without a URL
 */
export function wantedKeyProperties(options: KeyDeliveryOptions): WantedInOrder {
  const { keyDelivery } = options;
  const wanted = (delivery: keyof typeof TABLE): WantedKeyProperties => ({ ...NONE, ...TABLE[delivery](options) });
  return keyDelivery === 'auto' ? [wanted('verificationKey'), wanted('verificationKeys')] : [wanted(keyDelivery)];
}

function assertJwksUrl(jwksUrl: string | undefined): string {
  if (jwksUrl !== undefined && URL.canParse(jwksUrl)) return jwksUrl;
  throw new ConfigurationError(
    'configuration_invalid',
    'keyDelivery "verificationLocation" needs the URL of the JWKS, but got none that can be parsed. Expected an absolute URL; deploy the JWKS endpoint, or choose another keyDelivery.',
  );
}
