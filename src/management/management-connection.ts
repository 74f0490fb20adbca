/**
 * A connection to one tenant's Management API as one management client, for one piece of work: it lasts until its
 * deadline. The `auth0` package's clients for single resources know the paths; our own sender makes every request.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { ClientGrantsClient } from 'auth0/clientGrants';
import { ResourceServersClient } from 'auth0/resourceServers';
import type { ClientCredentials } from '../core/client-credentials.ts';
import type { Clock } from '../core/clock.ts';
import { ConfigurationError } from '../core/errors.ts';
import type { HttpPort } from '../core/http.ts';
import { isTenantUrl } from '../core/secure-url.ts';
import { type ApplicationPasswords, createApplicationPasswords } from './application-passwords.ts';
import { type ClientGrants, createClientGrants } from './client-grants.ts';
import { createManagementRequests } from './management-requests.ts';
import { ManagementToken, type TokenCache } from './management-token.ts';
import { createOfferedScopes, type OfferedScopes } from './offered-scopes.ts';
import { packageOptions } from './package-fetch.ts';
import { createResourceServers, type ResourceServers } from './resource-servers.ts';
import type { TenantPorts } from './send-with-retries.ts';
import { createTenantSettings, type TenantSettings } from './tenant-settings.ts';

export interface ManagementOptions {
  readonly client: ClientCredentials;
  /** `https://tenant.auth0.com/`: the tenant's own domain, not its custom one, with the final slash; http only for loopback. */
  readonly tenantUrl: string;
  /** How long all the work through this connection may take, in milliseconds from now. @default 60000 */
  readonly timeoutMs?: number;
  /** How long one attempt at one request may take, in milliseconds. @default 10000 */
  readonly attemptTimeoutMs?: number;
  readonly http: HttpPort;
  /** @default the system's clock */
  readonly clock?: Clock;
  /** Resolves after this many milliseconds. @default a timer */
  readonly sleep?: (milliseconds: number) => Promise<void>;
  /** Makes a new unique id of at most 64 characters, for a client assertion. @default a UUID */
  readonly uniqueId?: () => string;
  /** Keeps the token between connections to one tenant. @default each connection requests its own */
  readonly tokenCache?: TokenCache;
}

/** The operations on a tenant. */
export interface ManagementConnection {
  /** The Management API's identifier, for which grants are made. */
  readonly audience: string;
  readonly clientId: string;
  readonly resourceServers: ResourceServers;
  readonly offeredScopes: OfferedScopes;
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

/**
 * Connects to the Management API. Nothing is sent before the first use, which requests a token.
 *
 * @throws ConfigurationError `configuration_invalid` if the URL is not one of a tenant
 */
export function connectManagement(options: ManagementOptions): ManagementConnection {
  const { tenantUrl, client: credentials, uniqueId = randomUUID } = options;
  assertTenantUrl(tenantUrl);
  const audience = `${tenantUrl}api/v2/`;
  const ports = tenantPorts(options);
  const client = { tenantUrl, audience, credentials, uniqueId };
  const token = new ManagementToken(ports, client, options.tokenCache);
  const request = createManagementRequests(ports, client, token);
  const clientOptions = packageOptions(audience, request);
  const resourceServers = new ResourceServersClient(clientOptions);
  return {
    audience,
    clientId: credentials.clientId,
    resourceServers: createResourceServers(resourceServers),
    offeredScopes: createOfferedScopes(resourceServers),
    clientGrants: createClientGrants(new ClientGrantsClient(clientOptions)),
    applicationPasswords: createApplicationPasswords(audience, request),
    tenantSettings: createTenantSettings(audience, request),
    tokenScopes: (isFresh) => token.scopes(isFresh),
  };
}

function tenantPorts({ http, clock = Date.now, sleep = setTimeout, ...limits }: ManagementOptions): TenantPorts {
  const { timeoutMs = 60_000, attemptTimeoutMs = 10_000 } = limits;
  return { http, clock, sleep, attemptTimeoutMs, deadlineMs: clock() + timeoutMs };
}

function assertTenantUrl(tenantUrl: string): void {
  if (isTenantUrl(tenantUrl)) return;
  throw new ConfigurationError(
    'configuration_invalid',
    'The URL of the Management API is not that of a tenant. Expected "https://HOST/" with its final slash and nothing after it; http is for loopback only.',
  );
}
