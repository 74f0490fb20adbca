/** The request for a new app specific password. Nothing in it is trusted, and a member that is not known refuses it. */
import { isJsonObject, parseJson } from '../core/json.ts';
import type { Caller } from './caller.ts';
import { parseLabel } from './label.ts';
import { Problem } from './problem.ts';

export const MAXIMUM_EXPIRY_DAYS = 365;
const MEMBERS = ['label', 'scopes', 'expiresInDays'];
const DAY_SECONDS = 86_400;

export interface NewPassword {
  readonly label: string;
  readonly scopes: readonly string[];
  /** Seconds from now; `undefined`: never. */
  readonly expiresInSeconds: number | undefined;
}

/**
 * Parses the body of a request.
 *
 * @throws Problem `body_malformed`, `label_invalid`, `scopes_invalid` or `expiry_invalid`
 */
export function parseNewPassword(body: string, { grantable }: Pick<Caller, 'grantable'>): NewPassword {
  const request = parseJson(body);
  if (!isJsonObject(request)) throw new Problem('body_malformed', 'The body must be a JSON object.');
  if (!Object.keys(request).every((name) => MEMBERS.includes(name))) {
    throw new Problem('body_malformed', `The body may have the members ${MEMBERS.join(', ')} only.`);
  }
  return {
    label: parseLabel(request.label),
    scopes: parseScopes(request.scopes, grantable),
    expiresInSeconds: parseExpiry(request.expiresInDays),
  };
}

function parseScopes(value: unknown, grantable: readonly string[]): readonly string[] {
  const scopes = Array.isArray(value) ? value.filter((scope) => typeof scope === 'string') : [];
  const isComplete = Array.isArray(value) && scopes.length === value.length && new Set(scopes).size === scopes.length;
  if (isComplete && scopes.length > 0 && scopes.every((scope) => grantable.includes(scope))) return scopes;
  const choice = grantable.length === 0 ? 'You have none to give' : `You can choose from ${grantable.join(', ')}`;
  throw new Problem('scopes_invalid', `The scopes must be a list of at least one of your own, each once. ${choice}.`);
}

function parseExpiry(value: unknown): number | undefined {
  if (value === undefined) return undefined;
  const isValid = typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MAXIMUM_EXPIRY_DAYS;
  if (isValid) return value * DAY_SECONDS;
  throw new Problem('expiry_invalid', `The expiry must be a whole number of days from 1 to ${MAXIMUM_EXPIRY_DAYS}.`);
}
