/**
 * The ids of the keys that were revoked. A revocation writes them down before anything else, so that no rotation or
 * deployment that is under way can bring a revoked key back.
 */

import { parseJson } from '../core/json.ts';
import { changeState, STATE_NAMES, type StateStore } from '../core/state-store.ts';

/** Far more than a secret has labelled versions: an older key is in none of them. */
const MOST_REVOKED = 100;

/** The ids of revoked keys. */
export async function revokedKeys(state: StateStore): Promise<readonly string[]> {
  return parse((await state.read(STATE_NAMES.revokedKeys))?.value);
}

/** Adds keys to those that were revoked. */
export function addRevokedKeys(state: StateStore, kids: readonly string[]): Promise<void> {
  return changeState(state, STATE_NAMES.revokedKeys, (text) => {
    const known = parse(text);
    const added = [...new Set(kids)].filter((kid) => !known.includes(kid));
    return added.length === 0 ? undefined : JSON.stringify([...known, ...added].slice(-MOST_REVOKED));
  });
}

function parse(text: string | undefined): readonly string[] {
  const value = text === undefined ? [] : parseJson(text);
  if (Array.isArray(value) && value.every((kid) => typeof kid === 'string')) return value;
  throw new TypeError('The list of revoked keys is not a list of texts.');
}
