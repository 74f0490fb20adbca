/**
 * Verifies the client assertion of a resource server or of a client (RFC 7523 section 3, with Auth0's limits): for a resource
 * server as strictly as the behaviour says, for a client as documented. Before it has checked the signature it uses only `iss`
 * and `sub`, to find the keys.
 */
import { decodeUnverified, isSignedRs256, isSignedWith, type UnverifiedJwt } from './jwt.ts';
import type { KeyFetcher } from './key-fetcher.ts';
import { invalidClient } from './oauth-error.ts';
import type { Fields } from './oauth-fields.ts';
import type { Behaviour } from './parts.ts';
import { type RegisteredKey, readKeyEntry } from './public-key.ts';
import type { ClientCredentialRecord, ClientRecord, JsonObject, ResourceServerRecord } from './records.ts';
import { findAudience, type TenantState } from './state.ts';
import { findVerificationKeys } from './verification-keys.ts';

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const MAX_ASSERTION_BYTES = 2_048;
const MAX_LIFE_SECONDS = 300;
const MAX_JTI_LENGTH = 64;
const CLIENT_ALGORITHMS = ['RS256', 'RS384', 'PS256'];
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
  /** The `jti`s that each signer has used, with the second from which they may be forgotten. */
  readonly #used = new Map<string, number>();

  constructor(options: AssertionVerifierOptions) {
    this.#options = options;
  }

  /** Returns the resource server that signed the assertion. @throws {Refusal} 401 `invalid_client` */
  async verify(fields: Fields): Promise<ResourceServerRecord> {
    const unverified = readAssertion(fields, ['RS256']);
    const api = this.#findOwner(unverified);
    // A tenant that does not check client assertions trusts every claim in them.
    if (!this.#options.behaviour.checksAssertions) return api;
    const keys = await findVerificationKeys(api, this.#options.keyFetcher);
    if (!isSignedByOneOf(unverified, keys)) throw invalidClient('The client assertion is not signed by a known key.');
    const { isStrict } = this.#options.behaviour;
    this.#checkClaims(unverified.claims, { isStrict, needsJti: isStrict });
    if (isStrict) this.#spend(api.identifier, unverified.claims);
    return api;
  }

  /**
   * Returns the client that signed the assertion. Its `jti` is required and may be used once.
   *
   * @throws {Refusal} 401 `invalid_client`
   */
  verifyClient(fields: Fields): ClientRecord {
    const unverified = readAssertion(fields, CLIENT_ALGORITHMS);
    const { iss, sub } = unverified.claims;
    const client = typeof iss === 'string' && iss === sub ? this.#options.state.clients.get(iss) : undefined;
    if (!client || (fields.client_id ?? client.client_id) !== client.client_id) {
      throw invalidClient('iss, sub and client_id must all name the same known client.');
    }
    if (!client.credentials?.some((credential) => isSignedByCredential(unverified, credential)))
      throw invalidClient('The client assertion is not signed by a registered key.');
    this.#checkClaims(unverified.claims, { isStrict: this.#options.behaviour.isStrict, needsJti: true });
    this.#spend(client.client_id, unverified.claims);
    return client;
  }

  #findOwner({ claims }: UnverifiedJwt): ResourceServerRecord {
    const { iss, sub } = claims;
    if (typeof iss !== 'string' || iss !== sub)
      throw invalidClient('iss and sub of the client assertion must be equal.');
    const api = findAudience(this.#options.state, iss);
    if (!api || api.is_system) throw invalidClient('The client assertion names no known resource server.');
    return api;
  }

  #checkClaims(
    { aud, exp, iat, nbf, jti }: JsonObject,
    { isStrict, needsJti }: { readonly isStrict: boolean; readonly needsJti: boolean },
  ): void {
    const nowSeconds = this.#options.now() / 1000;
    const { issuer } = this.#options;
    const tolerance = isStrict ? 0 : CLOCK_TOLERANCE_SECONDS;
    const latest = nowSeconds + tolerance;
    refuseUnless(
      aud === issuer || (Array.isArray(aud) && aud.length === 1 && aud[0] === issuer),
      'aud must be the issuer',
    );
    refuseUnless(isSeconds(exp) && exp > nowSeconds - tolerance, 'exp must be in the future');
    refuseUnless(isSeconds(exp) && exp <= latest + MAX_LIFE_SECONDS, `exp must be within ${MAX_LIFE_SECONDS} seconds`);
    const isLeftOut = iat === undefined && !isStrict;
    refuseUnless(isLeftOut || (isSeconds(iat) && iat <= latest), 'iat must be present and not in the future');
    refuseUnless(nbf === undefined || (isSeconds(nbf) && nbf <= latest), 'nbf must not be in the future');
    const jtiFits =
      (jti === undefined && !needsJti) || (typeof jti === 'string' && jti.length > 0 && jti.length <= MAX_JTI_LENGTH);
    refuseUnless(jtiFits, `jti must have 1 to ${MAX_JTI_LENGTH} characters`);
  }

  #spend(identifier: string, { jti, exp }: JsonObject): void {
    const nowSeconds = this.#options.now() / 1000;
    for (const [key, untilSeconds] of this.#used) if (untilSeconds <= nowSeconds) this.#used.delete(key);
    const key = JSON.stringify([identifier, jti]);
    refuseUnless(!this.#used.has(key), 'jti has been used before');
    this.#used.set(key, Number(exp));
  }
}

function readAssertion(fields: Fields, algorithms: readonly string[]): UnverifiedJwt {
  const { client_assertion_type: type, client_assertion: assertion } = fields;
  if (type !== ASSERTION_TYPE) throw invalidClient(`client_assertion_type must be ${ASSERTION_TYPE}.`);
  if (!assertion || Buffer.byteLength(assertion) > MAX_ASSERTION_BYTES) {
    throw invalidClient(`client_assertion must have 1 to ${MAX_ASSERTION_BYTES} bytes.`);
  }
  const unverified = decodeUnverified(assertion);
  if (!unverified) throw invalidClient('client_assertion is not a signed JWT.');
  refuseUnless(algorithms.includes(String(unverified.header.alg)), `alg must be ${algorithms.join(' or ')}`);
  refuseUnless(!('crit' in unverified.header), 'crit is not supported');
  return unverified;
}

/** A key with a `kid` is tried only if the header names it. A key without one is always tried. */
function isSignedByOneOf(unverified: UnverifiedJwt, keys: readonly RegisteredKey[]): boolean {
  const { kid } = unverified.header;
  const candidates = keys.filter((key) => key.kid === undefined || key.kid === kid);
  return candidates.some(({ key }) => isSignedRs256(unverified, key));
}

/** The algorithm must be the one of the credential, and a `kid` must be the one that the tenant gave it. */
function isSignedByCredential(unverified: UnverifiedJwt, credential: ClientCredentialRecord): boolean {
  const registered = readKeyEntry(credential);
  const { kid = credential.kid } = unverified.header;
  if (!registered || kid !== credential.kid) return false;
  return isSignedWith(credential.alg, unverified, { publicKey: registered.key });
}

function isSeconds(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function refuseUnless(condition: boolean, rule: string): void {
  if (!condition) throw invalidClient(`The client assertion was refused: ${rule}.`);
}
