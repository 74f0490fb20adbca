import type { AuthorizerPorts } from '../src/authorizer/compose.ts';
import { MANAGE_APP_PASSWORDS } from '../src/config/app-passwords.ts';
import { DEFAULTS } from '../src/config/defaults.ts';
import { createHttpsClient } from '../src/http/https-client.ts';
import { connectManagement, type ManagementConnection } from '../src/management/management-connection.ts';
import { setUpClientGrant } from '../src/setup/client-grant/set-up-client-grant.ts';
import type { RecordStore } from '../src/setup/record-store.ts';
import { setUpResourceServer } from '../src/setup/resource-server/set-up-resource-server.ts';
import { wantedKeyProperties } from '../src/setup/resource-server/wanted-key-properties.ts';
import { generateSigningKey } from '../src/signing-key/generate-signing-key.ts';
import type { PrivateSigningJwk } from '../src/signing-key/signing-key.ts';
import {
  type AppPasswordsParts,
  type LocalAppPasswords,
  startAppPasswords,
} from './app-passwords/start-app-passwords.ts';
import type { GatewayOptions } from './gateway/server.ts';
import { type StartedApi, startLocalApi } from './local-api.ts';
import { keyClients, type ManagementSecret, SECRET_CLIENTS } from './local-clients.ts';
import { localInspector } from './local-inspector.ts';
import { MovableClock } from './movable-clock.ts';
import { AUDIENCE, type LocalOptions } from './options.ts';
import { withPublicUrl } from './resource-metadata.ts';
import { type LocalRevocationOptions, LocalRevocations } from './revocations.ts';
import { SigningKeySecret } from './signing-key-secret.ts';
import type { OnLogEvent } from './tenant/log-events.ts';
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
  /** The page on which users manage their app specific passwords. */
  readonly appPasswords: string;
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
  readonly appPasswords: LocalAppPasswords;
  /** The page that shows what happens to a request. Absent with mutual TLS. */
  readonly inspectorUrl: string | undefined;
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
  /** Calls back when a message of the revocation queue is due. @default no timer: call `deliver` of the queue yourself */
  readonly setTimer?: LocalRevocationOptions['setTimer'];
}

/**
 * Starts local mode and provisions the tenant for it.
 *
 * @throws the listening error, such as `EADDRINUSE`, after closing everything that it opened
 */
export async function startLocalEnvironment(given: LocalOptions, outer: LocalPorts): Promise<LocalEnvironment> {
  const options = await withPublicUrl(given, AUDIENCE, outer.mutualTls);
  const movableClock = new MovableClock(outer.clock);
  const ports = { ...outer, clock: movableClock.now };
  let revocations: LocalRevocations | undefined;
  const tenant = await localTenant(options, ports, (event) => revocations?.onLogEvent(event));
  try {
    const signingJwk = ports.signingJwk ?? (await generateSigningKey(ports.clock()));
    const clients = options.clientKeys ? keyClients(tenant) : SECRET_CLIENTS;
    const http = createHttpsClient().send;
    const connect = () => connectManagement({ client: clients.management, tenantUrl: tenant.issuer, http });
    const management = connect();
    const { audiences } = options.configuration;
    const { issuer } = tenant;
    const keyPorts = { ...ports, issuer, connect, http };
    const signingKey = new SigningKeySecret({ ...keyPorts, audiences: [AUDIENCE, ...audiences], key: signingJwk });
    await provision(management, signingKey, signingJwk, audiences);
    const issued = await issue(tenant, management);
    const inspector = localInspector(options, { ...ports, tenant, clock: movableClock, signingKey, connect });
    const apiPorts = { ...ports, passwordClient: clients.password, inspector };
    const { caches, ...api } = await startLocalApi(options, tenant, signingKey, apiPorts);
    const { gateway } = api;
    const flush = () => gateway.flush();
    revocations = new LocalRevocations({
      ...ports,
      ...api,
      issuer,
      revocationSeconds: DEFAULTS.revocationSeconds,
      flush,
    });
    const appPasswords = await appPasswordsBeside(options, tenant, { ...ports, ...api, http, revocations });
    const deliver = deliveryOf(revocations, appPasswords);
    inspector?.open(gateway.url, { ...caches, flushGateway: flush, deliver });
    const urls = { gateway: gateway.url, issuer, audience: AUDIENCE, appPasswords: appPasswords.url };
    return {
      ready: { ...urls, ...issued, management: clients.managementSecret },
      ...api,
      tenant,
      revocations,
      appPasswords,
      inspectorUrl: inspector?.url,
      close: async () => {
        await Promise.all([api.close(), appPasswords.close(), tenant.close()]);
      },
    };
  } catch (error) {
    await tenant.close();
    throw error;
  }
}

/** Closes the API if the page cannot be started. */
function appPasswordsBeside(
  { appPasswordsPort: port = 0, configuration }: LocalOptions,
  tenant: Tenant,
  parts: AppPasswordsParts & Pick<StartedApi, 'gateway' | 'close'>,
): Promise<LocalAppPasswords> {
  const options = { port, configuration, tenant, gatewayUrl: parts.gateway.url };
  return startAppPasswords(options, parts).catch(async (error: unknown) => {
    await parts.close();
    throw error;
  });
}

/** What has become due when the clock is advanced. */
function deliveryOf({ queue }: LocalRevocations, { sweep }: LocalAppPasswords): () => Promise<void> {
  return async () => {
    await queue.deliver();
    await sweep();
    await queue.deliver();
  };
}

function localTenant(
  { tenantPort: port, configuration: { audiences, routes, authTimeClaim } }: LocalOptions,
  { clock: now, tenantKey }: LocalPorts,
  onLogEvent: OnLogEvent,
): Promise<Tenant> {
  const seed = seedOffering([AUDIENCE, ...audiences], routes, [MANAGE_APP_PASSWORDS]);
  return startTenant({ onLogEvent, port, now, seed, authTimeClaim, ...(tenantKey ? { signingKey: tenantKey } : {}) });
}

async function provision(
  management: ManagementConnection,
  secret: SigningKeySecret,
  key: PrivateSigningJwk,
  audiences: readonly string[],
): Promise<void> {
  const { resourceServers, clientGrants, audience, clientId } = management;
  const wanted = wantedKeyProperties({ keyDelivery: 'verificationKey', keyFormat: 'certificate', keys: [key] });
  for (const identifier of [AUDIENCE, ...audiences])
    await setUpResourceServer({ resourceServers, records: await secret.recordsOf(identifier), identifier, wanted });
  await setUpClientGrant({ clientGrants, records: inMemory(), clientId, audience });
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
