/**
 * The page for app specific passwords and its API in local mode: the real functions behind the real authorizer, on a port of their
 * own. What AWS would store is in memory.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { type ApiSettings, createApi } from '../../lambda/app-passwords/api.ts';
import { passwordsOf } from '../../lambda/app-passwords/tenant.ts';
import { createPageHandler } from '../../lambda/app-passwords-page/create-handler.ts';
import type { AuthorizerHandler } from '../../lambda/authorizer/create-handler.ts';
import type { AppPasswordPorts } from '../../src/app-passwords/ports.ts';
import { createRevoker } from '../../src/app-passwords/revoker.ts';
import { sweep } from '../../src/app-passwords/sweep.ts';
import {
  type AppPasswordsPageConfiguration,
  MANAGE_APP_PASSWORDS,
  scopeLists,
} from '../../src/config/app-passwords.ts';
import { DEFAULTS } from '../../src/config/defaults.ts';
import type { HttpPort } from '../../src/core/http.ts';
import { RouteMap } from '../../src/core/routes.ts';
import { PROJECT_DIRECTORY } from '../deployment/cdk-command.ts';
import { startGateway } from '../gateway/server.ts';
import type { MemoryMarkTable } from '../memory-tables.ts';
import { AUDIENCE, type LocalConfiguration } from '../options.ts';
import type { LocalRevocations } from '../revocations.ts';
import type { Tenant } from '../tenant/server.ts';
import { API_ROUTES, APP_PASSWORDS_API, type LocalExpiries } from './authorizer-part.ts';
import { MemoryCounter, MemoryDeletions } from './memory-limits.ts';

export interface AppPasswordsOptions {
  /** 0 uses a free port. */
  readonly port: number;
  readonly configuration: LocalConfiguration;
  readonly tenant: Tenant;
  /** The API that the passwords are for. */
  readonly gatewayUrl: string;
}

export interface AppPasswordsParts extends Pick<AppPasswordPorts, 'clock' | 'log'> {
  readonly authorizer: AuthorizerHandler;
  readonly http: HttpPort;
  readonly marks: MemoryMarkTable;
  readonly revocations: LocalRevocations;
  readonly expiries: LocalExpiries;
  /** Calls back after a number of milliseconds. @default no timer: call `sweep` yourself */
  readonly setTimer?: ((milliseconds: number, callback: () => void) => void) | undefined;
}

export interface LocalAppPasswords {
  /** The URL of the page. */
  readonly url: string;
  readonly expiries: LocalExpiries['table'];
  /** Deletes the passwords that have expired. */
  readonly sweep: () => Promise<void>;
  close(): Promise<void>;
}

/** The client with which the page signs in. */
const PAGE_CLIENT = 'app-passwords-page';
/** The tenant's client that may manage app specific passwords and nothing else. */
const API_CLIENT = { clientId: 'app-passwords', clientSecret: 'app-passwords-secret' };

const wait = (milliseconds: number): Promise<void> => setTimeout(milliseconds);

const PAGE_ROUTES = ['GET /', 'HEAD /', 'GET /{asset}', 'HEAD /{asset}'];
const PAGE_FILES = join(PROJECT_DIRECTORY, 'dist/functions/app-passwords-page');
const SWEEP_MS = 60_000;
/** The line of a sweep has the metric for the alarm. Nobody reads it here. */
const SWEPT = '{"event":"app_password_sweep"';
const OWN_CODE = 'index.js';
/** The demo API has no operator who could describe its scopes. */
const DEMO_DESCRIPTIONS = {
  'read:foo': 'Read foos',
  'create:foo': 'Create foos',
  'update:foo': 'Change foos',
  'delete:foo': 'Delete foos',
};

/**
 * Starts the page and its API, and lets the page sign in at the tenant.
 *
 * @throws the listening error, such as `EADDRINUSE`
 */
export async function startAppPasswords(
  options: AppPasswordsOptions,
  parts: AppPasswordsParts,
): Promise<LocalAppPasswords> {
  const { port, tenant } = options;
  const ports = apiPorts(options, parts);
  const api = createApi(apiSettings(options), ports);
  const page = createPageHandler({ configuration: pageConfiguration(options), files: await pageFiles() });
  const gateway = await startGateway({
    apiId: APP_PASSWORDS_API.id,
    ...{ port, audience: AUDIENCE, authorizer: parts.authorizer, clock: parts.clock },
    basicChallenge: false,
    backend: async (event) => {
      const { statusCode, headers, body } = await (isForApi(event) ? api({ ...event }) : page(event));
      return { statusCode, headers: { ...headers }, body };
    },
    routeKeys: [...API_ROUTES, ...PAGE_ROUTES],
    publicRouteKeys: PAGE_ROUTES,
    // A password that is deleted must not be accepted for longer.
    ttlSeconds: 0,
  });
  tenant.allowCallback(PAGE_CLIENT, gateway.url);
  const sweepNow = () => sweep({ ...ports, sleep: wait }, { audience: AUDIENCE, endMs: ports.clock() + SWEEP_MS });
  repeat(sweepNow, parts);
  return { url: gateway.url, expiries: parts.expiries.table, sweep: sweepNow, close: () => gateway.close() };
}

/** A failure has been reported. The next minute tries again. */
function repeat(work: () => Promise<void>, { setTimer }: AppPasswordsParts): void {
  const next = () =>
    setTimer?.(
      SWEEP_MS,
      () =>
        void work()
          .catch(() => undefined)
          .then(next),
    );
  next();
}

function isForApi({ resource }: { readonly resource: string }): boolean {
  return resource.startsWith('/app-passwords');
}

function apiSettings({ tenant, configuration }: AppPasswordsOptions): ApiSettings {
  const { maxAuthAgeSeconds, authTimeClaim } = configuration;
  return {
    issuer: tenant.issuer,
    audience: AUDIENCE,
    clients: [PAGE_CLIENT],
    scopes: [...scopesOf(configuration)],
    revocation: {
      table: 'in memory',
      queueUrl: 'in memory',
      seconds: DEFAULTS.revocationSeconds,
      gatewayTtlSeconds: DEFAULTS.gatewayTtlSeconds,
    },
    maxAuthAgeSeconds,
    authTimeClaim,
    origins: [],
  };
}

function apiPorts({ tenant }: AppPasswordsOptions, parts: AppPasswordsParts): AppPasswordPorts {
  const { clock, http, marks, revocations, expiries } = parts;
  const log = (line: string) => {
    if (!line.startsWith(SWEPT)) parts.log(line);
  };
  const secrets = { read: async () => JSON.stringify(API_CLIENT) };
  return {
    ...{ clock, log },
    passwords: passwordsOf(
      { tenantUrl: tenant.issuer, clientSecret: 'in memory' },
      { secrets, http, clock, sleep: wait },
    ),
    expiries: expiries.table,
    expirySecret: expiries.readSecret,
    counter: new MemoryCounter(),
    deletions: new MemoryDeletions(),
    revoker: createRevoker(tenant.issuer, {
      send: async (message) => revocations.queue.send(message),
      readMarks: (id) => marks.read(id),
      readFlushes: () => revocations.flushes.read(),
    }),
  };
}

function pageConfiguration({ tenant, configuration, gatewayUrl }: AppPasswordsOptions): AppPasswordsPageConfiguration {
  const { scopeDescriptions, maxAuthAgeSeconds } = configuration;
  return {
    issuer: tenant.issuer,
    audience: AUDIENCE,
    clientId: PAGE_CLIENT,
    scopes: [...scopesOf(configuration)],
    scopeDescriptions: { ...DEMO_DESCRIPTIONS, ...scopeDescriptions },
    maxAuthAgeSeconds,
    ...exampleOf(gatewayUrl, configuration),
  };
}

/** The first route that a GET request can call, and the scopes for it. */
function exampleOf(gatewayUrl: string, { routes }: LocalConfiguration) {
  const found = Object.entries(routes).find(([key]) => /^(?:GET|ANY) \/[^{}]*$/.test(key));
  const [key, setting] = found ?? ['GET /', []];
  return {
    exampleUrl: new URL(key.slice(key.indexOf('/')), gatewayUrl).href,
    exampleScopes: scopeLists(setting).map((list) => [...list]),
  };
}

function scopesOf({ routes }: LocalConfiguration): readonly string[] {
  return [...new RouteMap(routes).scopes].filter((scope) => scope !== MANAGE_APP_PASSWORDS);
}

/** What the build has put beside the function. */
async function pageFiles(): Promise<ReadonlyMap<string, string>> {
  const names = (await readdir(PAGE_FILES)).filter((name) => name !== OWN_CODE);
  const files = names.map(async (name) => [name, await readFile(join(PAGE_FILES, name), 'utf8')] as const);
  return new Map(await Promise.all(files));
}
