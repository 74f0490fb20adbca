/**
 * The ids of revoked keys. A revocation records them before it does anything else, so that no rotation or deployment that is
 * running can bring a revoked key back.
 */
import { parseJson } from '../core/json.ts';
import { changeState, STATE_NAMES, type StateStore } from '../core/state-store.ts';

/**
 * Far more keys than a secret has labelled versions. Older ones can be forgotten, because no labelled version holds
 * them.
 */
const MOST_REVOKED = 100;

/** Reads the ids of revoked keys. */
export async function revokedKeys(state: StateStore): Promise<readonly string[]> {
  return parse((await state.read(STATE_NAMES.revokedKeys))?.value);
}

/** Records keys as revoked. */
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
  throw new TypeError('The list of revoked keys is not a list of strings.');
}
