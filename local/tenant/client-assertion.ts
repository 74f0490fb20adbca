/**
 * Verifies the client assertion of a resource server (RFC 7523 section 3, with Auth0's limits), strictly or as recorded from
 * real tenants. Before it has checked the signature it uses only `iss` and `sub`, to find the keys.
 */
import { decodeUnverified, isSignedRs256, type UnverifiedJwt } from './jwt.ts';
import type { KeyFetcher } from './key-fetcher.ts';
import { invalidClient } from './oauth-error.ts';
import type { Fields } from './oauth-fields.ts';
import type { Behaviour } from './parts.ts';
import type { RegisteredKey } from './public-key.ts';
import type { JsonObject, ResourceServerRecord } from './records.ts';
import { findAudience, type TenantState } from './state.ts';
import { findVerificationKeys } from './verification-keys.ts';

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const MAX_ASSERTION_BYTES = 2_048;
const MAX_LIFE_SECONDS = 300;
const MAX_JTI_LENGTH = 64;
/** How far a tenant that is not strict lets a clock be off. */
const CLOCK_TOLERANCE_SECONDS = 60;

export interface AssertionVerifierOptions {
  readonly issuer: string;
  readonly now: () => number;
  readonly state: TenantState;
  readonly keyFetcher: KeyFetcher;
  readonly behaviour: Pick<Behaviour, 'checksAssertions' | 'isStrict'>;
}

export class AssertionVerifier {
  readonly #options: AssertionVerifierOptions;
  /** The `jti`s that each resource server has used, with the second from which they may be forgotten. */
  readonly #used = new Map<string, number>();

  constructor(options: AssertionVerifierOptions) {
    this.#options = options;
  }

  /** Returns the resource server that signed the assertion. @throws {Refusal} 401 `invalid_client` */
  async verify(fields: Fields): Promise<ResourceServerRecord> {
    const unverified = readAssertion(fields);
    const api = this.#findOwner(unverified);
    // A tenant that does not check client assertions trusts every claim in them.
    if (!this.#options.behaviour.checksAssertions) return api;
    const keys = await findVerificationKeys(api, this.#options.keyFetcher);
    if (!isSignedByOneOf(unverified, keys)) throw invalidClient('The client assertion is not signed by a known key.');
    this.#checkClaims(unverified.claims);
    this.#spend(api.identifier, unverified.claims);
    return api;
  }

  #findOwner({ claims }: UnverifiedJwt): ResourceServerRecord {
    const { iss, sub } = claims;
    if (typeof iss !== 'string' || iss !== sub)
      throw invalidClient('iss and sub of the client assertion must be equal.');
    const api = findAudience(this.#options.state, iss);
    if (!api || api.is_system) throw invalidClient('The client assertion names no known resource server.');
    return api;
  }

  #checkClaims({ aud, exp, iat, nbf, jti }: JsonObject): void {
    const nowSeconds = this.#options.now() / 1000;
    const { issuer, behaviour } = this.#options;
    const tolerance = behaviour.isStrict ? 0 : CLOCK_TOLERANCE_SECONDS;
    const latest = nowSeconds + tolerance;
    refuseUnless(
      aud === issuer || (Array.isArray(aud) && aud.length === 1 && aud[0] === issuer),
      'aud must be the issuer',
    );
    refuseUnless(isSeconds(exp) && exp > nowSeconds - tolerance, 'exp must be in the future');
    refuseUnless(isSeconds(exp) && exp <= latest + MAX_LIFE_SECONDS, `exp must be within ${MAX_LIFE_SECONDS} seconds`);
    const isOptional = (claim: unknown) => claim === undefined && !behaviour.isStrict;
    refuseUnless(isOptional(iat) || (isSeconds(iat) && iat <= latest), 'iat must be present and not in the future');
    refuseUnless(nbf === undefined || (isSeconds(nbf) && nbf <= latest), 'nbf must not be in the future');
    const jtiFits = isOptional(jti) || (typeof jti === 'string' && jti.length > 0 && jti.length <= MAX_JTI_LENGTH);
    refuseUnless(jtiFits, `jti must have 1 to ${MAX_JTI_LENGTH} characters`);
  }

  #spend(identifier: string, { jti, exp }: JsonObject): void {
    if (!this.#options.behaviour.isStrict) return;
    const nowSeconds = this.#options.now() / 1000;
    for (const [key, untilSeconds] of this.#used) if (untilSeconds <= nowSeconds) this.#used.delete(key);
    const key = JSON.stringify([identifier, jti]);
    refuseUnless(!this.#used.has(key), 'jti has been used before');
    this.#used.set(key, Number(exp));
  }
}

function readAssertion(fields: Fields): UnverifiedJwt {
  const { client_assertion_type: type, client_assertion: assertion } = fields;
  if (type !== ASSERTION_TYPE) throw invalidClient(`client_assertion_type must be ${ASSERTION_TYPE}.`);
  if (!assertion || Buffer.byteLength(assertion) > MAX_ASSERTION_BYTES) {
    throw invalidClient(`client_assertion must have 1 to ${MAX_ASSERTION_BYTES} bytes.`);
  }
  const unverified = decodeUnverified(assertion);
  if (!unverified) throw invalidClient('client_assertion is not a signed JWT.');
  refuseUnless(unverified.header.alg === 'RS256', 'alg must be RS256');
  refuseUnless(!('crit' in unverified.header), 'crit is not supported');
  return unverified;
}

/** A key with a `kid` is tried only if the header names it. A key without one is always tried. */
function isSignedByOneOf(unverified: UnverifiedJwt, keys: readonly RegisteredKey[]): boolean {
  const { kid } = unverified.header;
  const candidates = keys.filter((key) => key.kid === undefined || key.kid === kid);
  return candidates.some(({ key }) => isSignedRs256(unverified, key));
}

function isSeconds(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function refuseUnless(condition: boolean, rule: string): void {
  if (!condition) throw invalidClient(`The client assertion was refused: ${rule}.`);
}
