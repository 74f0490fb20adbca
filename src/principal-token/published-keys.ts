/**
 * The published keys of principal tokens: a JWKS in the shared state. It holds the next key too, so a backend that caches the JWKS knows
 * a key before it signs. The document is parsed before use, and nothing private is ever read or written.
 */
import { ConfigurationError } from '../core/errors.ts';
import { changeState, STATE_NAMES, type StateStore } from '../core/state-store.ts';
import { isPublicPrincipalJwk, type PublicPrincipalJwk, publicPrincipalJwk } from './key-pairs.ts';
import { keysIn } from './principal-key.ts';

/** A published key. */
export type PublishedPrincipalJwk = PublicPrincipalJwk & {
  /** For an earlier key: the epoch second from which it is no longer served. */
  readonly exp?: number;
};

/**
 * How long an earlier key is served. An authorizer reads its key again after 5 minutes, and the longest token lives for an hour and a
 * minute.
 */
export const RETIREMENT_SECONDS = 2 * 3600;
/** Keeps the document small, however often keys change. */
const MOST_KEYS = 10;

/**
 * Publishes the keys in use. Keys that were in use before stay published for `RETIREMENT_SECONDS`.
 *
 * @throws AwsError `state_unreadable` or `state_unwritable`
 * @throws ConfigurationError `signing_key_invalid`
 */
export function publishPrincipalKeys(
  state: StateStore,
  inUse: readonly PublicPrincipalJwk[],
  nowMs: number,
): Promise<void> {
  const exp = Math.floor(nowMs / 1000) + RETIREMENT_SECONDS;
  const current = [...new Map(inUse.map((key) => [key.kid, publicPrincipalJwk(key)])).values()];
  return changeState(state, STATE_NAMES.publicKeys, (text) => {
    const earlier = (text === undefined ? [] : parsePublishedKeys(text))
      .filter(({ kid }) => !current.some((key) => key.kid === kid))
      .map((key) => ({ ...publicPrincipalJwk(key), exp: key.exp ?? exp }));
    return JSON.stringify({ keys: [...current, ...servedPrincipalKeys(earlier, nowMs)].slice(0, MOST_KEYS) });
  });
}

/**
 * Parses the document.
 *
 * @throws ConfigurationError `signing_key_invalid`
 */
export function parsePublishedKeys(text: string): readonly PublishedPrincipalJwk[] {
  const keys = keysIn(text);
  if (keys.every(isPublished)) return keys;
  throw new ConfigurationError(
    'signing_key_invalid',
    'The published keys of principal tokens hold a key that is not a P-256 key for ES256. Delete the item "public-keys" of their table, and rotate their secret.',
  );
}

/** The keys to serve now. */
export function servedPrincipalKeys(
  keys: readonly PublishedPrincipalJwk[],
  nowMs: number,
): readonly PublishedPrincipalJwk[] {
  return keys.filter(({ exp }) => exp === undefined || nowMs < exp * 1000);
}

function isPublished(key: unknown): key is PublishedPrincipalJwk {
  return isPublicPrincipalJwk(key) && (!('exp' in key) || typeof key.exp === 'number');
}
