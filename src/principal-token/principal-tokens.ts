/** Signs a JWT about the principal of a request, for the backend. The principal is verified, but its claims may hold anything. */
import type { Clock } from '../core/clock.ts';
import { CredentialError } from '../core/errors.ts';
import { parseJson } from '../core/json.ts';
import { boundedScope, type Principal } from '../core/principal.ts';
import { signCompact } from '../jws/compact-jws.ts';
import { type PrincipalKey, TOKEN_ALGORITHM } from './principal-key.ts';

/** No other kind of JWT has this type, so that none can be taken for another (RFC 8725 section 3.11). */
export const PRINCIPAL_TOKEN_TYPE = 'principal+jwt';

export interface PrincipalTokenSettings {
  readonly issuer: string;
  readonly audience: string;
  /** How long API Gateway caches the response that holds the token. */
  readonly gatewayTtlSeconds: number;
  /** Reads the current key. */
  readonly readKey: () => Promise<PrincipalKey>;
  readonly clock: Clock;
}

/** Signs a token about a principal. */
export type SignPrincipal = (principal: Principal) => Promise<string>;

/** How much longer than API Gateway's cache entry a token lives: for the request that is under way, and for clocks that differ. */
const SLACK_SECONDS = 60;
const FRESH_MS = 5 * 60_000;
/** Leaves room in the context of a response, where the claims are once more, and in a header. */
const MOST_CLAIMS_LENGTH = 3000;

/** Signs principal tokens with the current key, which it reads again every five minutes. */
export class PrincipalTokens {
  readonly #settings: PrincipalTokenSettings;
  #key: Promise<PrincipalKey> | undefined;
  #readAgainFromMs = 0;

  constructor(settings: PrincipalTokenSettings) {
    this.#settings = settings;
  }

  /**
   * Starts to read the key, unless it is known.
   *
   * @returns signs a token about a principal. Throws IssuerError `issuer_unavailable` if no key can be read, ConfigurationError
   *   `signing_key_invalid`, or CredentialError `claims_malformed` if the claims are too long
   */
  start(): SignPrincipal {
    const key = this.#current();
    // Reported when a token is signed. Most requests that are refused never need one.
    key.catch(() => undefined);
    return async (principal) => this.#sign(principal, await key);
  }

  /** @see RFC 7519, RFC 7515 section 7.1 */
  #sign(principal: Principal, { kid, privateKey: key }: PrincipalKey): string {
    const header = { alg: TOKEN_ALGORITHM, typ: PRINCIPAL_TOKEN_TYPE, kid };
    return signCompact(header, this.#claims(principal), key);
  }

  #claims(principal: Principal): object {
    const { issuer: iss, audience: aud, gatewayTtlSeconds, clock } = this.#settings;
    const iat = Math.floor(clock() / 1000);
    const claims = {
      iss,
      aud,
      sub: principal.subject,
      iat,
      // Also if the credential expires before: API Gateway may replay the response until its cache entry ends.
      exp: iat + gatewayTtlSeconds + SLACK_SECONDS,
      issuer: principal.issuer,
      client_id: principal.clientId,
      username: principal.username,
      org_id: principal.organizationId,
      token_type: principal.tokenType,
      act: principal.actor === undefined ? undefined : parseJson(principal.actor),
      claims: principal.claims,
      scope: '',
    };
    const room = MOST_CLAIMS_LENGTH - Buffer.byteLength(JSON.stringify(claims));
    // A claim that is dropped or cut could mean more rights than the credential has.
    if (room < 0) throw new CredentialError('claims_malformed', 'The claims are too long for the signed principal.');
    return { ...claims, scope: boundedScope(principal.scopes, room) };
  }

  /** Reads the key again from time to time. If that fails, the earlier one signs: it stays published. */
  #current(): Promise<PrincipalKey> {
    const { readKey, clock } = this.#settings;
    if (this.#key && clock() < this.#readAgainFromMs) return this.#key;
    const earlier = this.#key;
    this.#readAgainFromMs = clock() + FRESH_MS;
    this.#key = readKey().catch((error: unknown) => {
      this.#key = earlier;
      if (earlier !== undefined) return earlier;
      throw error;
    });
    return this.#key;
  }
}
