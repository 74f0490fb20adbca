/** Finds the public keys of a resource server where its record says they are, or else at its well-known address. */

import type { KeyFetcher } from './key-fetcher.ts';
import { type RegisteredKey, readJwk, readKeyEntry, readVerificationKey } from './public-key.ts';
import type { ResourceServerRecord } from './records.ts';

/**
 * Answers the keys of the first place that the record names: `verificationKeys`, `verificationKey`,
 * `verificationLocation`, else the identifier's origin. A place that is named but holds nothing usable is not passed over.
 */
export async function findVerificationKeys(
  api: ResourceServerRecord,
  fetcher: KeyFetcher,
): Promise<readonly RegisteredKey[]> {
  if (Array.isArray(api.verificationKeys)) return present(api.verificationKeys.map(readKeyEntry));
  if (api.verificationKey !== undefined) return present([readVerificationKey(api.verificationKey)]);
  const location = api.verificationLocation ?? wellKnownLocation(api.identifier);
  if (typeof location !== 'string') return [];
  return present((await fetcher.fetch(location)).map(readJwk));
}

function wellKnownLocation(identifier: string): string | undefined {
  if (!URL.canParse(identifier)) return undefined;
  const { protocol, origin } = new URL(identifier);
  return protocol === 'https:' || protocol === 'http:' ? `${origin}/.well-known/jwks.json` : undefined;
}

function present(keys: readonly (RegisteredKey | undefined)[]): readonly RegisteredKey[] {
  return keys.filter((key) => key !== undefined);
}
