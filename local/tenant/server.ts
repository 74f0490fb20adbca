/** Starts the stand-in for an Auth0 tenant, on loopback only, and hands out what tests need to look into it and to disturb it. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AssertionVerifier } from './client-assertion.ts';
import { Faults } from './faults.ts';
import { KeyFetcher } from './key-fetcher.ts';
import { LoginGuard } from './login-guard.ts';
import { createMint, type Mint } from './mint.ts';
import type { Behaviour, TenantParts } from './parts.ts';
import { RateLimits } from './rate-limits.ts';
import type { Seed } from './records.ts';
import { type LoggedRequest, RequestLog } from './request-log.ts';
import { type Responder, respond } from './responder.ts';
import { seed as defaultSeed } from './seed.ts';
import { newSigningKey, SigningKeys, type TenantSigningKey } from './signing-keys.ts';
import { createState, snapshot, type TenantState } from './state.ts';
import { TokenStore } from './token-store.ts';

const HOST = '127.0.0.1';
/** Longer than any test, so that no kept connection ends just as it is used. */
const KEEP_ALIVE_MS = 120_000;

export const USUAL_BEHAVIOUR: Readonly<Behaviour> = {
  refusedProperties: [],
  keepsNulledProperties: false,
  dropsUnknownScopes: false,
  hasApplicationPasswords: true,
  checksAssertions: true,
};

export interface TenantOptions {
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** Milliseconds since the epoch; the system's clock when absent. */
  readonly now?: () => number;
  /** Sections that replace those of the seed as wholes. */
  readonly seed?: Partial<Seed>;
  /** How long a fetched JWKS of a resource server is kept; 0, the default, fetches it for every assertion. */
  readonly keyCacheSeconds?: number;
  /** A fresh one when absent. */
  readonly signingKey?: TenantSigningKey;
  /** How this tenant differs from the usual one. */
  readonly behaviour?: Partial<Behaviour>;
}

export interface Tenant extends Mint {
  /** `http://127.0.0.1:PORT/` */
  readonly issuer: string;
  readonly state: TenantState;
  readonly behaviour: Behaviour;
  readonly requests: readonly LoggedRequest[];
  readonly requestLog: RequestLog;
  readonly faults: Faults;
  readonly logins: LoginGuard;
  readonly rateLimits: RateLimits;
  /** Where origins are really served, for JWKS of resource servers: `origins.set('https://demo.api', 'http://127.0.0.1:4000')`. */
  readonly origins: Map<string, string>;
  /** Makes a new signing key; the old ones stay published until dropped. Answers the new `kid`. */
  rotateSigningKeys(): Promise<string>;
  dropOldSigningKeys(): void;
  /** JSON of APIs, grants and clients, equal byte for byte when nothing has changed. */
  snapshot(): string;
  /** Stops at once, breaking every connection. */
  close(): Promise<void>;
}

/** @throws the listening error, such as `EADDRINUSE`, when the port cannot be had. */
export async function startTenant(options: TenantOptions = {}): Promise<Tenant> {
  const { port = 0, now = Date.now, seed = {}, keyCacheSeconds = 0, behaviour = {} } = options;
  const fullSeed = { ...defaultSeed, ...seed };
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS });
  await listen(server, port);
  const issuer = `http://${HOST}:${(server.address() as AddressInfo).port}/`;
  const origins = new Map<string, string>();
  const keyFetcher = new KeyFetcher({ now, cacheSeconds: keyCacheSeconds, origins });
  const signingKeys = new SigningKeys(options.signingKey ?? (await newSigningKey()));
  const parts = assemble({
    issuer,
    now,
    signingKeys,
    keyFetcher,
    state: createState(fullSeed, issuer),
    behaviour: { ...USUAL_BEHAVIOUR, ...behaviour },
  });
  const rateLimits = new RateLimits(fullSeed.rateLimits, now);
  const responder = { parts, faults: new Faults(), rateLimits, log: new RequestLog() };
  server.on('request', (request, response) => void respond(request, response, responder));
  return handlesOf(server, responder, origins);
}

type Foundation = Pick<TenantParts, 'issuer' | 'now' | 'state' | 'signingKeys' | 'behaviour'> & {
  readonly keyFetcher: KeyFetcher;
};

function assemble({ issuer, now, state, signingKeys, keyFetcher, behaviour }: Foundation): TenantParts {
  return {
    issuer,
    now,
    state,
    behaviour,
    signingKeys,
    tokens: new TokenStore({ issuer, now, state, signingKeys }),
    logins: new LoginGuard(state, now),
    assertions: new AssertionVerifier({ issuer, now, state, keyFetcher, behaviour }),
  };
}

function handlesOf(server: Server, responder: Responder, origins: Map<string, string>): Tenant {
  const { parts, faults, rateLimits, log } = responder;
  const { issuer, state, behaviour, logins, signingKeys } = parts;
  return {
    ...createMint(parts),
    issuer,
    state,
    behaviour,
    requests: log.entries,
    requestLog: log,
    faults,
    logins,
    rateLimits,
    origins,
    rotateSigningKeys: () => signingKeys.rotate(),
    dropOldSigningKeys: () => signingKeys.dropOld(),
    snapshot: () => snapshot(state),
    close: () => close(server),
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, HOST, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
