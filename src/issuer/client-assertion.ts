/**
 * Signs the JWT that authenticates the resource server or a client to the issuer. Fixed header, fixed claims, one
 * signature. It parses nothing from outside.
 */
import type { KeyObject } from 'node:crypto';
import type { ClientCredentials, ClientKey } from '../core/client-credentials.ts';
import type { Clock } from '../core/clock.ts';
import { signCompact } from '../jws/compact-jws.ts';
import { SIGNING_ALGORITHM } from '../signing-key/signing-key.ts';

/** RFC 7523 section 2.2. */
export const CLIENT_ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

const LIFETIME_SECONDS = 60;
/** A server whose clock is behind ours must not take the assertion for one from the future. */
const BACKDATED_SECONDS = 5;

/** A key with its algorithm. @default RS256 */
interface AssertionKey {
  readonly privateKey: KeyObject;
  readonly alg?: ClientKey['alg'];
  /** Named in the header if present. */
  readonly kid?: string | undefined;
}

export interface ClientAssertionClaims {
  /** `iss` and `sub`: the client's id, or the resource server's identifier. */
  readonly clientId: string;
  /** `aud`: the issuer, trailing slash included. */
  readonly audience: string;
  /** At most 64 characters. A server accepts each one only once. */
  readonly jti: string;
  /** Epoch milliseconds. */
  readonly now: number;
}

/**
 * Signs a client assertion that is valid for one minute and is meant for one use.
 *
 * @see RFC 7523 section 3, RFC 7515 section 3.1
 */
export function signClientAssertion(
  { privateKey: key, alg = SIGNING_ALGORITHM, kid }: AssertionKey,
  { clientId, audience, jti, now }: ClientAssertionClaims,
): string {
  const nowSeconds = Math.floor(now / 1000);
  const header = { alg, kid, typ: 'JWT' };
  const times = { iat: nowSeconds - BACKDATED_SECONDS, exp: nowSeconds + LIFETIME_SECONDS };
  const payload = { iss: clientId, sub: clientId, aud: audience, ...times, jti };
  return signCompact(header, payload, key);
}

/** Where a client authenticates, and what makes each of its assertions a new one. */
export interface AssertionContext {
  /** `aud`: the issuer, with its final slash. */
  readonly audience: string;
  readonly clock: Clock;
  /** Makes a new unique id of at most 64 characters, for `jti`. */
  readonly uniqueId: () => string;
}

/** The parameters that authenticate with an assertion, for one attempt at a request. */
export function assertionParameters(
  key: AssertionKey,
  clientId: string,
  { audience, clock, uniqueId }: AssertionContext,
): Readonly<Record<string, string>> {
  return {
    client_assertion_type: CLIENT_ASSERTION_TYPE,
    client_assertion: signClientAssertion(key, { clientId, audience, jti: uniqueId(), now: clock() }),
  };
}

/**
 * The parameters that authenticate a client at the token endpoint, for one attempt at a request.
 *
 * @see RFC 6749 section 2.3.1, RFC 7521 section 4.2
 */
export function clientParameters(
  { clientId, clientSecret, key }: ClientCredentials,
  context: AssertionContext,
): Readonly<Record<string, string>> {
  return {
    client_id: clientId,
    ...(key ? assertionParameters(key, clientId, context) : { client_secret: clientSecret }),
  };
}
