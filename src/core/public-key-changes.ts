/** What the document of public keys becomes while the signing key is changed. Pure; each may be applied again. */
import { type PublishedKey, servedKeys } from './public-key-document.ts';

/** Keys have some 1.5 KB each, and a parameter holds 8 KB. */
const MOST_KEYS = 4;

/** Beside the key that signs, the one that will. Of those that signed before, none is lost before its time. */
export function withPending(
  keys: readonly PublishedKey[],
  [current, pending]: readonly [current: PublishedKey, pending: PublishedKey],
  nowMs: number,
): readonly PublishedKey[] {
  return bounded([inUse(current), inUse(pending)], retiring(keys, [current, pending]), nowMs);
}

/**
 * The new key signs; all others are served for a while more, since a server may see an assertion that was signed before.
 *
 * @param exp the epoch second at which that ends; a key that has one already keeps it
 */
export function withRetired(
  keys: readonly PublishedKey[],
  current: PublishedKey,
  { exp, nowMs }: { readonly exp: number; readonly nowMs: number },
): readonly PublishedKey[] {
  const others = keys.filter(({ kid }) => kid !== current.kid).map((key) => ({ ...key, exp: key.exp ?? exp }));
  return bounded([inUse(current)], others, nowMs);
}

/** The change is given up: what was about to sign is published no longer. */
export function withoutPending(
  keys: readonly PublishedKey[],
  current: PublishedKey,
  nowMs: number,
): readonly PublishedKey[] {
  return bounded([inUse(current)], retiring(keys, [current]), nowMs);
}

function retiring(keys: readonly PublishedKey[], inUseNow: readonly PublishedKey[]): readonly PublishedKey[] {
  return keys.filter(({ kid, exp }) => exp !== undefined && !inUseNow.some((key) => key.kid === kid));
}

function bounded(
  inUseNow: readonly PublishedKey[],
  others: readonly PublishedKey[],
  nowMs: number,
): readonly PublishedKey[] {
  return [...inUseNow, ...servedKeys(others, nowMs)].slice(0, MOST_KEYS);
}

function inUse({ exp: _exp, ...key }: PublishedKey): PublishedKey {
  return key;
}
