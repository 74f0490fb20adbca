/**
 * A connection to one tenant's Management API as one management client, for one piece of work: it lasts until its deadline.
 * The `auth0` package's narrow clients know the paths; every byte goes through our own sender, since theirs follows
 * redirects, retries without a deadline, and puts requests and answers into its errors.
 */
import { setTimeout } from 'node:timers/promises';
import { ClientGrantsClient } from 'auth0/clientGrants';
import { ResourceServersClient } from 'auth0/resourceServers';
import type { Clock } from '../core/clock.ts';
import { ConfigurationError } from '../core/errors.ts';
import { isSecureUrl } from '../core/secure-url.ts';
import { type ApplicationPasswords, createApplicationPasswords } from './application-passwords.ts';
import { type ClientGrants, createClientGrants } from './client-grants.ts';
import { createManagementRequests, type SendManagementRequest } from './management-requests.ts';
import { type ManagementClientCredentials, ManagementToken } from './management-token.ts';
import { createResourceServers, type ResourceServers } from './resource-servers.ts';
import { createTenantSettings, type TenantSettings } from './tenant-settings.ts';
import type { Wire } from './wire.ts';

export interface ManagementOptions extends ManagementClientCredentials {
  /** `https://tenant.auth0.com/`: the tenant's own domain, not its custom one, with the final slash; http only for loopback. */
  readonly tenantUrl: string;
  /** How long all the work through this connection may take, in milliseconds from now. @default 60000 */
  readonly timeoutMs?: number;
  /** How long one attempt at one request may take, in milliseconds. @default 10000 */
  readonly attemptTimeoutMs?: number;
  /** @default the global fetch */
  readonly fetch?: typeof fetch;
  /** @default the system's clock */
  readonly clock?: Clock;
  /** Resolves after so many milliseconds. @default a timer */
  readonly sleep?: (milliseconds: number) => Promise<void>;
}

/** What can be done at the tenant. */
export interface ManagementConnection {
  /** The Management API's identifier, for which grants are made. */
  readonly audience: string;
  readonly clientId: string;
  readonly resourceServers: ResourceServers;
  readonly clientGrants: ClientGrants;
  readonly applicationPasswords: ApplicationPasswords;
  readonly tenantSettings: TenantSettings;
  /**
   * The scopes of the management client's token; `undefined` if the tenant does not say.
   *
   * @param isFresh whether to request a new token first
   * @throws SetupError `management_…`
   */
  readonly tokenScopes: (isFresh: boolean) => Promise<readonly string[] | undefined>;
}

type NarrowClientOptions = ResourceServersClient.Options & ClientGrantsClient.Options;

/**
 * Connects to the Management API. Nothing is sent before it is used; then a token is asked for once.
 *
 * @throws ConfigurationError `configuration_invalid` if the URL is not one of a tenant
 */
export function connectManagement(options: ManagementOptions): ManagementConnection {
  const { tenantUrl, clientId, clientSecret } = options;
  assertTenantUrl(tenantUrl);
  const audience = `${tenantUrl}api/v2/`;
  const wire = wireOf(options);
  const client = { tenantUrl, audience, clientId, clientSecret };
  const token = new ManagementToken(wire, client);
  const request = createManagementRequests(wire, client, token);
  const clientOptions = narrowClientOptions(audience, request);
  return {
    audience,
    clientId,
    resourceServers: createResourceServers(new ResourceServersClient(clientOptions)),
    clientGrants: createClientGrants(new ClientGrantsClient(clientOptions)),
    applicationPasswords: createApplicationPasswords(audience, request),
    tenantSettings: createTenantSettings(audience, request),
    tokenScopes: (isFresh) => token.scopes(isFresh),
  };
}

function wireOf(options: ManagementOptions): Wire {
  const { timeoutMs = 60_000, attemptTimeoutMs = 10_000, clock = Date.now, sleep = setTimeout } = options;
  const { fetch: fetchOption = fetch } = options;
  return { fetch: fetchOption, clock, sleep, attemptTimeoutMs, deadlineMs: clock() + timeoutMs };
}

function narrowClientOptions(audience: string, request: SendManagementRequest): NarrowClientOptions {
  return {
    baseUrl: audience,
    token: '',
    auth: false,
    fetcher: async ({ method, url, queryString, body }) => ({
      ok: true,
      // The package's types promise a shape here. Nobody believes them: each answer is parsed where it is used.
      body: (await request({ method: methodOf(method), url: withQuery(url, queryString), json: body })) as never,
      rawResponse: new Response(),
    }),
  };
}

function withQuery(url: string, query: string | undefined): string {
  return query ? `${url}?${query}` : url;
}

function methodOf(method: string) {
  if (method === 'GET' || method === 'POST' || method === 'PATCH' || method === 'DELETE') return method;
  throw new TypeError(`The auth0 package asked for the method ${method}; expected GET, POST, PATCH or DELETE.`);
}

function assertTenantUrl(tenantUrl: string): void {
  const url = URL.canParse(tenantUrl) ? new URL(tenantUrl) : undefined;
  if (url && isSecureUrl(url) && `${url.origin}/` === tenantUrl) return;
  throw new ConfigurationError(
    'configuration_invalid',
    'The URL of the Management API is not that of a tenant. Expected "https://HOST/" with its final slash and nothing after it; http is for loopback only.',
  );
}
