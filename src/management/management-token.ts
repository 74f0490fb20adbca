/**
 * The token for the Management API, by the client credentials grant: requested once and cached until shortly before it
 * expires.
 */
import type { ClientCredentials } from '../core/client-credentials.ts';
import { isJsonObject } from '../core/json.ts';
import { clientParameters } from '../issuer/client-assertion.ts';
import { SetupError } from './errors.ts';
import { sendWithRetries, type TenantPorts, type TenantResponse } from './send-with-retries.ts';

/** The management client of a tenant. */
export interface ManagementClient {
  readonly credentials: ClientCredentials;
  /** The tenant's URL, with its final slash. */
  readonly tenantUrl: string;
  /** The identifier of the Management API. */
  readonly audience: string;
  /** Makes a new unique id of at most 64 characters, for a client assertion. */
  readonly uniqueId: () => string;
}

/** Keeps a token, so that the next connection need not request one. Tenants count requested tokens. */
export interface TokenCache {
  token?: CachedToken | undefined;
}

interface CachedToken {
  readonly clientId: string;
  readonly value: string;
  readonly expiresAtMs: number;
  /** The scopes that the tenant reports; `undefined` if it reports none. */
  readonly scopes: readonly string[] | undefined;
}

/** A token is not used in its last seconds. */
const LEEWAY_MS = 10_000;

/** Caches one token for one management client. */
export class ManagementToken {
  readonly #ports: TenantPorts;
  readonly #client: ManagementClient;
  readonly #cache: TokenCache;
  #pending: Promise<string> | undefined;

  /** @param cache for one tenant */
  constructor(ports: TenantPorts, client: ManagementClient, cache: TokenCache = {}) {
    this.#ports = ports;
    this.#client = client;
    this.#cache = cache;
  }

  /** The current token, if there is one that has not expired. */
  cached(): string | undefined {
    const { token } = this.#cache;
    if (token?.clientId !== this.#client.credentials.clientId) return undefined;
    return this.#ports.clock() < token.expiresAtMs - LEEWAY_MS ? token.value : undefined;
  }

  /**
   * Requests a new token. Concurrent callers share one request.
   *
   * @throws SetupError `management_client_refused`, or what `sendWithRetries` throws
   * @see RFC 6749 section 4.4
   */
  request(): Promise<string> {
    this.#pending ??= this.#requestOnce().finally(() => {
      this.#pending = undefined;
    });
    return this.#pending;
  }

  /** The scopes of the current token, or of a new one. */
  async scopes(isFresh: boolean): Promise<readonly string[] | undefined> {
    if (isFresh || this.cached() === undefined) await this.request();
    return this.#cache.token?.scopes;
  }

  async #requestOnce(): Promise<string> {
    const { tenantUrl, audience, credentials, uniqueId } = this.#client;
    const context = { audience: tenantUrl, clock: this.#ports.clock, uniqueId };
    const response = await sendWithRetries(this.#ports, {
      method: 'POST',
      url: `${tenantUrl}oauth/token`,
      freshJson: () => ({ grant_type: 'client_credentials', ...clientParameters(credentials, context), audience }),
      isRepeatable: true,
    });
    if ([400, 401, 403].includes(response.status)) throw refused(response, this.#client);
    const token = parseToken(response.body, this.#ports.clock());
    this.#cache.token = { clientId: credentials.clientId, ...token };
    return token.value;
  }
}

function parseToken(body: unknown, nowMs: number): Omit<CachedToken, 'clientId'> {
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
    `The tenant responded to the request for a Management API token without a usable "${member}". Expected the response of RFC 6749 section 5.1; check that the URL is the tenant's.`,
  );
}

function refused({ status, body }: TenantResponse, { credentials, audience }: ManagementClient): SetupError {
  const error = isJsonObject(body) && typeof body.error === 'string' ? body.error : '';
  const got = /^[a-z_]{1,40}$/.test(error) ? `${status} ${error}` : `${status}`;
  const fix =
    status === 401 || error === 'invalid_client'
      ? authenticationFix(credentials)
      : `Authorize the client for the API "${audience}" (dashboard: Applications > APIs > Auth0 Management API), allow it the client_credentials grant, and if the tenant has a custom domain set managementDomain to the tenant's own domain.`;
  return new SetupError(
    'management_client_refused',
    `The tenant refused the management client "${credentials.clientId}": got ${got}, expected a token for "${audience}". ${fix}`,
  );
}

function authenticationFix({ key }: ClientCredentials): string {
  return key
    ? `Check that the client authenticates with Private Key JWT, with the public half of the "privateKey" and the algorithm ${key.alg} (dashboard: Applications > the client > Credentials). Auth0 accepts RS256, RS384 and PS256, and a "kid" only if it is the one that it shows for the key. The clock of this machine must be right.`
    : "Put the client's id and its current client secret, both from its page in the dashboard, into the management secret.";
}
