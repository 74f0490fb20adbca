/** Finds the public keys of a resource server where its record says they are, or at its well-known address. */

import type { KeyFetcher } from './key-fetcher.ts';
import { type RegisteredKey, readJwk, readKeyEntry, readVerificationKey } from './public-key.ts';
import type { ResourceServerRecord } from './records.ts';

/**
 * Returns the keys from the first of these places that the record names: `verificationKeys`, `verificationKey`,
 * `verificationLocation`. If it names none, the keys come from the identifier's origin. A place that is named but
 * holds no usable key is not skipped.
 */
export async function findVerificationKeys(
  api: ResourceServerRecord,
  fetcher: KeyFetcher,
): Promise<readonly RegisteredKey[]> {
  if (Array.isArray(api.verificationKeys)) return withoutUndefined(api.verificationKeys.map(readKeyEntry));
  if (api.verificationKey !== undefined) return withoutUndefined([readVerificationKey(api.verificationKey)]);
  const location = api.verificationLocation ?? wellKnownLocation(api.identifier);
  if (typeof location !== 'string') return [];
  return withoutUndefined((await fetcher.fetch(location)).map(readJwk));
}

function wellKnownLocation(identifier: string): string | undefined {
  if (!URL.canParse(identifier)) return undefined;
  const { protocol, origin } = new URL(identifier);
  return protocol === 'https:' || protocol === 'http:' ? `${origin}/.well-known/jwks.json` : undefined;
}

function withoutUndefined(keys: readonly (RegisteredKey | undefined)[]): readonly RegisteredKey[] {
  return keys.filter((key) => key !== undefined);
}
