/** What the backend receives of a token's claims, besides the principal. The claims are verified, but an Action may put anything into them. */
import { CredentialError } from '../core/errors.ts';
import { isJsonObject, type JsonObject } from '../core/json.ts';
import type { Principal } from '../core/principal.ts';
import { type Expectations, malformedClaim } from './claims.ts';

/**
 * Limit for the claims as JSON, with `sub`, `username`, `client_id` and `org_id`. They are sent twice: in the authorizer's context, and in
 * the principal token.
 */
const MAXIMUM_BYTES = 2048;
const MAXIMUM_DEPTH = 32;
/** Control characters and halves of surrogate pairs. */
const UNSAFE_TEXT = /[\p{Cc}\p{Cs}]/u;

/**
 * Returns the claims for the backend as text: a string as it is, anything else as JSON, and `""` for a claim that the token does not
 * have. A claim that cannot be passed on unchanged refuses the token, because a backend may rely on it.
 *
 * @param claims from the issuer
 * @throws CredentialError `claims_malformed`
 * @see RFC 8693 section 4.1 for `act`
 */
export function backendClaims(
  claims: JsonObject,
  { contextClaims = [] }: Pick<Expectations, 'contextClaims'>,
): Pick<Principal, 'claims' | 'actor'> {
  const { act, sub, username, client_id: client, azp, org_id: organization } = claims;
  const hasActor = act !== undefined && act !== null;
  if (!hasActor && contextClaims.length === 0) return {};
  if (hasActor && !isJsonObject(act)) throw malformedClaim('act', 'an object');
  const passed = {
    actor: hasActor ? claimText(claims, 'act') : undefined,
    claims: Object.fromEntries(contextClaims.map((name) => [name, claimText(claims, name)])),
  };
  if (Buffer.byteLength(JSON.stringify([sub, username, client ?? azp, organization, passed])) > MAXIMUM_BYTES)
    throw new CredentialError('claims_malformed', `The claims for the backend are larger than ${MAXIMUM_BYTES} bytes.`);
  return passed;
}

function claimText(claims: JsonObject, name: string): string {
  const value = Object.hasOwn(claims, name) ? claims[name] : undefined;
  if (value === undefined || value === null) return '';
  const text = typeof value === 'string' ? value : isExact(value, MAXIMUM_DEPTH) ? JSON.stringify(value) : undefined;
  if (text === undefined || UNSAFE_TEXT.test(text))
    throw malformedClaim(name, 'a value that the backend can receive unchanged');
  return text;
}

/** Whether a value from JSON becomes the same JSON again. Large numbers have already lost digits. */
function isExact(value: unknown, depth: number): boolean {
  if (typeof value === 'number') return Math.abs(value) <= Number.MAX_SAFE_INTEGER;
  if (typeof value !== 'object' || value === null) return true;
  return depth > 0 && Object.values(value).every((inner) => isExact(inner, depth - 1));
}
