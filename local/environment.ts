/**
 * Local mode: a tenant, the real provisioning, the real authorizer, and the demo API behind a gateway, all in this
 * process and on loopback. What AWS would store (the signing key, the record of the tenant's previous state) is in
 * memory.
 */
import type { AuthorizerHandler } from '../lambda/authorizer/create-handler.ts';
import type { AuthorizerPorts } from '../src/authorizer/compose.ts';
import { basicOffer } from '../src/config/challenges.ts';
import { DEFAULTS } from '../src/config/defaults.ts';
import type { PasswordGrantClient } from '../src/core/client-credentials.ts';
import { createHttpsClient } from '../src/http/https-client.ts';
import { connectManagement, type ManagementConnection } from '../src/management/management-connection.ts';
import { setUpClientGrant } from '../src/setup/client-grant/set-up-client-grant.ts';
import type { RecordStore } from '../src/setup/record-store.ts';
import { setUpResourceServer } from '../src/setup/resource-server/set-up-resource-server.ts';
import { wantedKeyProperties } from '../src/setup/resource-server/wanted-key-properties.ts';
import { generateSigningKey } from '../src/signing-key/generate-signing-key.ts';
import type { PrivateSigningJwk } from '../src/signing-key/signing-key.ts';
import { localBackend } from './backend.ts';
import { gatewayRoutes } from './gateway/routes.ts';
import { type Gateway, type GatewayOptions, startGateway } from './gateway/server.ts';
import { startWebSocketApi } from './gateway/web-socket.ts';
import { localAuthorizer } from './local-authorizer.ts';
import { keyClients, type ManagementSecret, SECRET_CLIENTS } from './local-clients.ts';
import { MemoryMarkTable } from './memory-tables.ts';
import { AUDIENCE, type LocalOptions, withoutConnect } from './options.ts';
import { localPrincipalTokens } from './principal-tokens.ts';
import { servedMetadata, withPublicUrl } from './resource-metadata.ts';
import { type LocalRevocationOptions, LocalRevocations } from './revocations.ts';
import { startTenant, type Tenant } from './tenant/server.ts';
import type { TenantSigningKey } from './tenant/signing-keys.ts';
import { seedOffering } from './tenant-seed.ts';

/** What `npm start -- --json` prints. */
export interface Ready {
  /** With a trailing slash, like the issuer. */
  readonly gateway: string;
  readonly issuer: string;
  readonly audience: string;
  readonly users: readonly { readonly userId: string; readonly username: string; readonly password: string }[];
  /** Tokens of the first user, with the scope `read:foo`. */
  readonly tokens: Readonly<Record<'jwt' | 'opaque' | 'asp' | 'refresh' | 'expiredJwt', string>>;
  readonly management: ManagementSecret;
}

export interface LocalEnvironment {
  readonly ready: Ready;
  /** What the backend receives as `x-gateway-secret`, if there is one. */
  readonly gatewaySecret: string | undefined;
  /** Where clients find the API's metadata, if it has any. */
  readonly metadataUrl: string | undefined;
  /** Such as `ws://127.0.0.1:3002/`. Its route is `$connect`. */
  readonly webSocketUrl: string;
  readonly tenant: Tenant;
  readonly revocations: LocalRevocations;
  close(): Promise<void>;
}

const SCOPES = ['read:foo'];

export interface LocalPorts {
  /** Called with each line of the authorizer's log. */
  readonly log: (line: string) => void;
  /** Epoch milliseconds; the tenant, the authorizer and the gateway share this clock. */
  readonly clock: () => number;
  /** The resource server's signing key. @default a new one */
  readonly signingJwk?: PrivateSigningJwk;
  /** The key with which the tenant signs its tokens. @default a new one */
  readonly tenantKey?: TenantSigningKey;
  /** Reads the client credentials for an issuer that requires a secret. @default no such issuer */
  readonly issuerClient?: AuthorizerPorts['issuerClient'];
  /** Mutual TLS of the gateway. @default plain HTTP */
  readonly mutualTls?: GatewayOptions['mutualTls'];
  /** Calls back when a message of the revocation queue is due. @default nobody does: call `deliver` of the queue */
  readonly setTimer?: LocalRevocationOptions['setTimer'];
}

/**
 * Starts local mode and provisions the tenant for it.
 *
 * @throws the listening error, such as `EADDRINUSE`, after closing everything that it opened
 */
export async function startLocalEnvironment(given: LocalOptions, ports: LocalPorts): Promise<LocalEnvironment> {
  const options = await withPublicUrl(given, AUDIENCE, ports.mutualTls);
  const { clock, tenantKey } = ports;
  let revocations: LocalRevocations | undefined;
  const tenant = await startTenant({
    onLogEvent: (event) => revocations?.onLogEvent(event),
    port: options.tenantPort,
    now: clock,
    seed: seedOffering([AUDIENCE, ...options.configuration.audiences], options.configuration.routes),
    ...(tenantKey ? { signingKey: tenantKey } : {}),
  });
  try {
    const signingJwk = ports.signingJwk ?? (await generateSigningKey(clock()));
    const clients = options.clientKeys ? keyClients(tenant) : SECRET_CLIENTS;
    const management = connectManagement({
      client: clients.management,
      tenantUrl: tenant.issuer,
      http: createHttpsClient().send,
    });
    await provision(management, signingJwk, options.configuration.audiences);
    const issued = await issue(tenant, management);
    const { gateway, marks, close, ...api } = await startApi(options, tenant, signingJwk, {
      ...ports,
      passwordClient: clients.password,
    });
    revocations = new LocalRevocations({
      issuer: tenant.issuer,
      revocationSeconds: DEFAULTS.revocationSeconds,
      marks,
      flush: () => gateway.flush(),
      ...ports,
    });
    return {
      ready: {
        gateway: gateway.url,
        issuer: tenant.issuer,
        audience: AUDIENCE,
        ...issued,
        management: clients.managementSecret,
      },
      ...api,
      tenant,
      revocations,
      close: async () => {
        await Promise.all([close(), tenant.close()]);
      },
    };
  } catch (error) {
    await tenant.close();
    throw error;
  }
}

async function provision(
  management: ManagementConnection,
  key: PrivateSigningJwk,
  audiences: readonly string[],
): Promise<void> {
  const { resourceServers, clientGrants, audience, clientId } = management;
  const wanted = wantedKeyProperties({ keyDelivery: 'verificationKey', keyFormat: 'certificate', keys: [key] });
  for (const identifier of [AUDIENCE, ...audiences])
    await setUpResourceServer({ resourceServers, records: inMemory(), identifier, wanted });
  await setUpClientGrant({ clientGrants, records: inMemory(), clientId, audience });
}

type StartedApi = Pick<LocalEnvironment, 'gatewaySecret' | 'metadataUrl' | 'webSocketUrl' | 'close'> & {
  readonly gateway: Gateway;
  readonly marks: MemoryMarkTable;
};

async function startApi(
  { port, webSocketPort = 0, configuration }: LocalOptions,
  { issuer }: Tenant,
  signingJwk: PrivateSigningJwk,
  {
    log,
    clock,
    issuerClient,
    mutualTls,
    passwordClient,
  }: LocalPorts & { readonly passwordClient: PasswordGrantClient },
): Promise<StartedApi> {
  const { gatewayTtlSeconds, backendUrl } = configuration;
  const principalTokens = localPrincipalTokens(configuration, AUDIENCE);
  const metadata = servedMetadata(configuration, issuer);
  const http = createHttpsClient();
  const marks = new MemoryMarkTable();
  const settings = {
    ...{ configuration, issuer, audience: AUDIENCE, signingJwk, metadataUrl: metadata?.url, principalTokens },
    ...{ http: http.send, clock, log, marks, issuerClient, passwordGrantClient: async () => passwordClient },
  };
  let created: AuthorizerHandler | undefined;
  const authorizer: AuthorizerHandler = (event) => {
    created ??= localAuthorizer(settings, gateway.url);
    return created(event);
  };
  const { handler, gatewaySecret } = localBackend(backendUrl, log, clock);
  const gateway: Gateway = await startGateway({
    port,
    authorizer,
    backend: handler,
    audience: AUDIENCE,
    basicChallenge: basicOffer(configuration),
    dpop: configuration.dpop,
    mutualTls,
    principalJwks: principalTokens?.jwks,
    resourceMetadata: metadata,
    ...gatewayRoutes(withoutConnect(configuration.routes), backendUrl !== undefined),
    ttlSeconds: gatewayTtlSeconds,
    clock,
  });
  const webSocketApi = await startWebSocketApi({ authorizer, port: webSocketPort }).catch(async (error: unknown) => {
    await gateway.close();
    throw error;
  });
  const close = async () => {
    await Promise.all([gateway.close(), webSocketApi.close()]);
    http.close();
  };
  const metadataUrl = metadata?.url;
  return { gateway, gatewaySecret, metadataUrl, webSocketUrl: webSocketApi.url, marks, close };
}

async function issue(tenant: Tenant, management: ManagementConnection): Promise<Pick<Ready, 'users' | 'tokens'>> {
  const users = [...tenant.state.users.values()].map(({ user_id: userId, username, password }) => ({
    userId,
    username,
    password,
  }));
  const asp = await createApplicationPassword(tenant, management, 'npm start');
  const tokens = {
    jwt: tenant.mintJwt(),
    opaque: tenant.mintOpaque(),
    asp: asp.value,
    refresh: tenant.mintRefresh(),
    expiredJwt: tenant.mintJwt({ expiresInSeconds: -3600 }),
  };
  return { users, tokens };
}

function createApplicationPassword(tenant: Tenant, { applicationPasswords }: ManagementConnection, label: string) {
  const request = { label, audience: AUDIENCE, scopes: SCOPES };
  return applicationPasswords.create(firstUserId(tenant), request);
}

function firstUserId({ state }: Tenant): string {
  const [userId = ''] = state.users.keys();
  return userId;
}

function inMemory<Written>(): RecordStore<Written> {
  let record: Written | undefined;
  return {
    read: async () => record,
    write: async (written) => {
      record = written;
    },
    delete: async () => {
      record = undefined;
    },
  };
}
