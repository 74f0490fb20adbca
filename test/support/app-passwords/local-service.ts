/** The self-service API behind the real authorizer, at the local tenant, with the demo API beside it. The clock is frozen. */
import { onTestFinished } from 'vitest';
import { createApi as createService } from '../../../lambda/app-passwords/api.ts';
import { passwordsOf } from '../../../lambda/app-passwords/tenant.ts';
import { createHandler } from '../../../lambda/authorizer/create-handler.ts';
import { handler as demoApi } from '../../../lambda/demo-api/handler.ts';
import { API_ROUTES, APP_PASSWORDS_API } from '../../../local/app-passwords/authorizer-part.ts';
import { MemoryCounter, MemoryDeletions } from '../../../local/app-passwords/memory-limits.ts';
import { MemoryExpiryTable } from '../../../local/app-passwords/memory-tables.ts';
import { type Api, createApi as createGateway } from '../../../local/gateway/api.ts';
import { MemoryMarkTable } from '../../../local/memory-tables.ts';
import { LocalRevocations } from '../../../local/revocations.ts';
import { startTenant, type Tenant } from '../../../local/tenant/server.ts';
import { seedOffering } from '../../../local/tenant-seed.ts';
import { createRevoker } from '../../../src/app-passwords/revoker.ts';
import { parseAuthorizerConfiguration } from '../../../src/config/authorizer-configuration.ts';
import { isJsonObject, type JsonObject, parseJson } from '../../../src/core/json.ts';
import { createHttpsClient } from '../../../src/http/https-client.ts';
import { setUpResourceServer } from '../../../src/setup/resource-server/set-up-resource-server.ts';
import { wantedKeyProperties } from '../../../src/setup/resource-server/wanted-key-properties.ts';
import { importSigningKey, type PrivateSigningJwk } from '../../../src/signing-key/signing-key.ts';
import { keys } from '../local/start.ts';
import { connect } from '../setup/harness.ts';
import { DEMO_API, PASSWORD_CLIENT } from '../tenant/tenant.ts';
import { REVOCATION_SECONDS, SETTINGS } from './world.ts';

export const MANAGED_SCOPE = 'read:foo create:foo manage:app_passwords';
export const PAGE_CLIENT = 'app-passwords-page';
const API_CLIENT = { clientId: 'app-passwords', clientSecret: 'app-passwords-secret' };
const STARTS_AT_MS = Date.parse('2026-11-22T12:00:00Z');

const ROUTES = {
  'GET /foo': ['read:foo'],
  'POST /foo': ['create:foo'],
  'DELETE /foo': ['delete:foo'],
};

/** A response of the gateway. */
export interface GatewayReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: JsonObject;
  readonly text: string;
}

export interface LocalService {
  readonly tenant: Tenant;
  readonly revocations: LocalRevocations;
  /** All that the functions have logged. */
  readonly lines: readonly string[];
  readonly users: readonly string[];
  advanceSeconds(seconds: number): void;
  /** A token of the page, for the first user. */
  token(options?: Parameters<Tenant['mintJwt']>[0]): string;
  call(authorization: string, method: string, path: string, body?: unknown): Promise<GatewayReply>;
}

export async function startLocalService(): Promise<LocalService> {
  const clock = { nowMs: STARTS_AT_MS };
  const now = () => clock.nowMs;
  const { signingJwk, tenantKey } = await keys();
  const seed = seedOffering([DEMO_API], ROUTES, [APP_PASSWORDS_API.scope]);
  const tenant = await startTenant({ now, seed, signingKey: tenantKey });
  onTestFinished(() => tenant.close());
  await deliverKey(tenant, signingJwk);
  const lines: string[] = [];
  const parts = { tenant, now, log: (line: string) => lines.push(line), marks: new MemoryMarkTable() };
  const revocations = revocationsOf(parts, () => gateway.flush());
  const gateway: Api = gatewayOf(parts, signingJwk, revocations);
  return {
    ...{ tenant, revocations, lines, users: [...tenant.state.users.keys()] },
    advanceSeconds: (seconds) => {
      clock.nowMs += seconds * 1000;
    },
    token: (options = {}) => `Bearer ${tenant.mintJwt({ clientId: PAGE_CLIENT, scope: MANAGED_SCOPE, ...options })}`,
    call: (authorization, method, path, body) => send(gateway, { authorization, method, path, body }),
  };
}

interface Parts {
  readonly tenant: Tenant;
  readonly now: () => number;
  readonly log: (line: string) => void;
  readonly marks: MemoryMarkTable;
}

async function deliverKey(tenant: Tenant, key: PrivateSigningJwk): Promise<void> {
  const { resourceServers } = connect(tenant);
  const wanted = wantedKeyProperties({ keyDelivery: 'verificationKey', keyFormat: 'certificate', keys: [key] });
  const records = { read: async () => undefined, write: async () => {}, delete: async () => {} };
  await setUpResourceServer({ resourceServers, records, identifier: DEMO_API, wanted });
}

function revocationsOf({ tenant, now, log, marks }: Parts, flush: () => void): LocalRevocations {
  const revocationSeconds = REVOCATION_SECONDS;
  return new LocalRevocations({ issuer: tenant.issuer, revocationSeconds, marks, flush, clock: now, log });
}

/** The two APIs, which have one authorizer. */
function gatewayOf(parts: Parts, signingJwk: PrivateSigningJwk, revocations: LocalRevocations): Api {
  const service = serviceOf(parts, revocations);
  const common = {
    ...{ authorizer: authorizerOf(parts, signingJwk), audience: DEMO_API, clock: parts.now },
    ...({ basicChallenge: false, publicRouteKeys: [], ttlSeconds: 0 } as const),
  };
  const demo = createGateway({ ...common, backend: async (event) => demoApi(event), routeKeys: Object.keys(ROUTES) });
  const ofService = createGateway({
    ...common,
    apiId: APP_PASSWORDS_API.id,
    backend: async (event) => {
      const { headers, ...response } = await service({ ...event });
      return { ...response, headers: { ...headers } };
    },
    routeKeys: API_ROUTES,
  });
  const handle = (...[call, body]: Parameters<Api>) =>
    (call.path.startsWith('/app-passwords') ? ofService : demo)(call, body);
  return Object.assign(handle, {
    flush: () => {
      demo.flush();
      ofService.flush();
    },
  });
}

function authorizerOf({ tenant, now, log, marks }: Parts, signingJwk: PrivateSigningJwk) {
  const revocation = { table: 'marks', seconds: REVOCATION_SECONDS, revokeJwts: false };
  const configuration = {
    issuer: tenant.issuer,
    audience: DEMO_API,
    routes: ROUTES,
    revocation,
    appPasswordsApi: APP_PASSWORDS_API,
  };
  const secrets = { signingKeySecret: 'key', passwordGrantSecret: 'client' };
  return createHandler(
    parseAuthorizerConfiguration(JSON.stringify({ ...configuration, ...secrets })),
    {
      http: createHttpsClient().send,
      clock: now,
      sleep: async () => {},
      random: () => 0,
      signingKeys: { read: async () => [importSigningKey(signingJwk)] },
      passwordGrantClient: async () => PASSWORD_CLIENT,
      marks,
    },
    log,
  );
}

/** The client of the password grant is on the list too: what refuses its tokens must be something else. */
function serviceOf({ tenant, now, log, marks }: Parts, revocations: LocalRevocations) {
  const clients = [PAGE_CLIENT, PASSWORD_CLIENT.clientId];
  const tenantPorts = { http: createHttpsClient().send, clock: now, sleep: async () => {} };
  return createService(
    { ...SETTINGS, issuer: tenant.issuer, audience: DEMO_API, clients },
    {
      clock: now,
      log,
      passwords: passwordsOf(
        { tenantUrl: tenant.issuer, clientSecret: 'app-passwords' },
        { ...tenantPorts, secrets: { read: async () => JSON.stringify(API_CLIENT) } },
      ),
      expiries: new MemoryExpiryTable(),
      expirySecret: async () => 's'.repeat(32),
      counter: new MemoryCounter(),
      deletions: new MemoryDeletions(),
      revoker: createRevoker(tenant.issuer, {
        send: async (message) => revocations.queue.send(message),
        readMarks: (id) => marks.read(id),
        readFlushes: async () => ({}),
      }),
    },
  );
}

async function send(
  gateway: Api,
  {
    authorization,
    method,
    path,
    body,
  }: Record<'authorization' | 'method' | 'path', string> & { readonly body: unknown },
): Promise<GatewayReply> {
  const [pathOnly = '', query = ''] = path.split('?');
  const response = await gateway(
    {
      ...{ method, path: pathOnly, query, sourceIp: '127.0.0.1' },
      fields: [
        ['Authorization', authorization],
        ['Content-Type', 'application/json'],
      ],
    },
    body === undefined ? null : Buffer.from(JSON.stringify(body)),
  );
  const text = response.body.toString();
  const parsed = parseJson(text);
  return { status: response.statusCode, headers: response.headers, body: isJsonObject(parsed) ? parsed : {}, text };
}
