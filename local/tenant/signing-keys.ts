/**
 * The tenant's own RSA keys. The newest key signs; older keys stay published until they are dropped. Each is published twice, since a
 * JWK names one algorithm: for RS256, and with another `kid` for PS256.
 */
import { createHash, generateKeyPair, type JsonWebKey, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { type MintAlgorithm, usesPss } from './jwt.ts';
import type { JsonObject } from './records.ts';

const generate = promisify(generateKeyPair);

export interface TenantSigningKey {
  readonly kid: string;
  /** The `kid` under which the key signs PS256. */
  readonly pssKid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

export class SigningKeys {
  #keys: readonly TenantSigningKey[];

  constructor(first: TenantSigningKey) {
    this.#keys = [first];
  }

  get current(): TenantSigningKey {
    return this.#keys[0] as TenantSigningKey;
  }

  find(kid: unknown): TenantSigningKey | undefined {
    return this.#keys.find((key) => key.kid === kid || key.pssKid === kid);
  }

  /** The ids of all published keys for RS256, the current one first. */
  kids(): readonly string[] {
    return this.#keys.map(({ kid }) => kid);
  }

  /** Makes a new current signing key and returns its `kid`. */
  async rotate(): Promise<string> {
    this.#keys = [await newSigningKey(), ...this.#keys];
    return this.current.kid;
  }

  /** Removes every key except the current one from the JWKS. */
  dropOld(): void {
    this.#keys = [this.current];
  }

  /** The public keys, as `/.well-known/jwks.json` serves them. */
  toJwks(): { readonly keys: readonly JsonObject[] } {
    return {
      keys: this.#keys.flatMap(({ kid, pssKid, publicKey }) => [
        { ...publicJwk(publicKey), use: 'sig', alg: 'RS256', kid },
        { ...publicJwk(publicKey), use: 'sig', alg: 'PS256', kid: pssKid },
      ]),
    };
  }
}

/** Makes a key pair. This is slow, so tests make one key pair and start many tenants with it. */
export async function newSigningKey(): Promise<TenantSigningKey> {
  const { privateKey, publicKey } = await generate('rsa', { modulusLength: 2048 });
  const kidFor = (alg: MintAlgorithm) =>
    createHash('sha256')
      .update(JSON.stringify({ ...publicJwk(publicKey), alg }))
      .digest('base64url')
      .slice(0, 21);
  return { kid: kidFor('RS256'), pssKid: kidFor('PS256'), privateKey, publicKey };
}

/** The `kid` in the header of a token that this key signs. */
export function kidFor({ kid, pssKid }: TenantSigningKey, alg: MintAlgorithm): string {
  return usesPss(alg) ? pssKid : kid;
}

function publicJwk(key: KeyObject): JsonWebKey {
  return key.export({ format: 'jwk' });
}
