/**
 * The token for the Management API, by the client credentials grant: asked for once and kept until shortly before it
 * expires. The `auth0` package has this too, but takes what the tenant answers on faith and drags the whole client along.
 */
import { isJsonObject } from '../core/json.ts';
import { SetupError } from './errors.ts';
import { send, type Wire, type WireResponse } from './wire.ts';

export interface ManagementClientCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

export interface TokenRequest extends ManagementClientCredentials {
  /** The tenant's URL, with its final slash. */
  readonly tenantUrl: string;
  /** The identifier of the Management API. */
  readonly audience: string;
}

interface KeptToken {
  readonly value: string;
  readonly expiresAtMs: number;
  /** What the tenant says that it holds; `undefined` if the tenant does not say. */
  readonly scopes: readonly string[] | undefined;
}

/** A token is not used in its last seconds. */
const LEEWAY_MS = 10_000;

/** Keeps one token for one management client. */
export class ManagementToken {
  readonly #wire: Wire;
  readonly #request: TokenRequest;
  #token: KeptToken | undefined;
  #flight: Promise<string> | undefined;

  constructor(wire: Wire, request: TokenRequest) {
    this.#wire = wire;
    this.#request = request;
  }

  /** The token at hand, if there is one that has not expired. */
  kept(): string | undefined {
    const token = this.#token;
    return token && this.#wire.clock() < token.expiresAtMs - LEEWAY_MS ? token.value : undefined;
  }

  /**
   * Asks for a new token; callers at the same time share one request.
   *
   * @throws SetupError `management_client_refused`, or what `send` throws
   * @see RFC 6749 section 4.4
   */
  ask(): Promise<string> {
    this.#flight ??= this.#fetch().finally(() => {
      this.#flight = undefined;
    });
    return this.#flight;
  }

  /** The scopes of the token at hand, or of a new one. */
  async scopes(isFresh: boolean): Promise<readonly string[] | undefined> {
    if (isFresh || this.kept() === undefined) await this.ask();
    return this.#token?.scopes;
  }

  async #fetch(): Promise<string> {
    const { tenantUrl, audience, clientId, clientSecret } = this.#request;
    const answer = await send(this.#wire, {
      method: 'POST',
      url: `${tenantUrl}oauth/token`,
      json: { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret, audience },
      isRepeatable: true,
    });
    if ([400, 401, 403].includes(answer.status)) throw refused(answer, this.#request);
    this.#token = parseToken(answer.body, this.#wire.clock());
    return this.#token.value;
  }
}

function parseToken(body: unknown, nowMs: number): KeptToken {
  const { access_token: value, expires_in: expiresInSeconds, scope } = isJsonObject(body) ? body : {};
  // The characters of RFC 6750 section 2.1: anything else would not survive in a header.
  if (typeof value !== 'string' || !/^[\w.~+/-]+=*$/.test(value)) throw malformed('access_token');
  if (typeof expiresInSeconds !== 'number' || !(expiresInSeconds > 0)) throw malformed('expires_in');
  const scopes = typeof scope === 'string' ? scope.split(' ') : undefined;
  return { value, expiresAtMs: nowMs + expiresInSeconds * 1000, scopes };
}

function malformed(member: string): SetupError {
  return new SetupError(
    'management_malformed',
    `The tenant answered the request for a Management API token without a usable "${member}". Expected the answer of RFC 6749 section 5.1; check that the URL is the tenant's.`,
  );
}

function refused({ status, body }: WireResponse, { clientId, audience }: TokenRequest): SetupError {
  const error = isJsonObject(body) && typeof body.error === 'string' ? body.error : '';
  const got = /^[a-z_]{1,40}$/.test(error) ? `${status} ${error}` : `${status}`;
  const mend =
    status === 401
      ? "Put the client's id and its current client secret, both from its page in the dashboard, into the management secret."
      : `Authorize the client for the API "${audience}" (dashboard: Applications > APIs > Auth0 Management API), allow it the client_credentials grant, and if the tenant has a custom domain set managementDomain to the tenant's own domain.`;
  return new SetupError(
    'management_client_refused',
    `The tenant refused the management client "${clientId}": got ${got}, expected a token for "${audience}". ${mend}`,
  );
}
