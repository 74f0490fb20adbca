/** Computes the new document of public keys when the keys in use change. */
import { type PublishedKey, servedKeys } from './public-key-document.ts';

/** Keeps the document small, however often keys change. */
const MOST_KEYS = 10;

export interface PublishedKeys {
  /** The current and the pending key, in this order. */
  readonly inUse: readonly PublishedKey[];
  /** The key that was current before. It is served a while longer: a server may still receive an assertion signed with it. */
  readonly previousKid: string | undefined;
  /** The epoch second until which that key is served. */
  readonly retireAt: number;
  /** Keys that are never published again. */
  readonly revoked: readonly string[];
  readonly nowMs: number;
}

/** Puts the keys in use first. Earlier keys follow, each until its retirement. */
export function publishedFor(
  before: readonly PublishedKey[],
  { inUse, previousKid, retireAt, revoked, nowMs }: PublishedKeys,
): readonly PublishedKey[] {
  const isKept = ({ kid }: PublishedKey) => !revoked.includes(kid) && !inUse.some((key) => key.kid === kid);
  const retired = before.filter(isKept).flatMap((key) => {
    if (key.exp !== undefined) return [key];
    return key.kid === previousKid ? [{ ...key, exp: retireAt }] : [];
  });
  return [...inUse.map(withoutEnd), ...servedKeys(retired, nowMs)].slice(0, MOST_KEYS);
}

function withoutEnd({ exp: _exp, ...key }: PublishedKey): PublishedKey {
  return key;
}
