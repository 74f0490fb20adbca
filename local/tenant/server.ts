/**
 * Starts the stand-in for an Auth0 tenant, on loopback only. Returns what tests need to inspect it and to inject
 * faults.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AssertionVerifier } from './client-assertion.ts';
import { DpopProofVerifier } from './dpop-proof.ts';
import { Faults } from './faults.ts';
import { KeyFetcher } from './key-fetcher.ts';
import type { OnLogEvent } from './log-events.ts';
import { allowCallback } from './login/allow-callback.ts';
import { LoginState } from './login/login-state.ts';
import { LoginGuard } from './login-guard.ts';
import { createMint, type Mint } from './mint.ts';
import { overviewOf, type TenantOverview } from './overview.ts';
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
/** Longer than any test, so that no idle connection closes just as it is used. */
const KEEP_ALIVE_MS = 120_000;

/** As recorded from real tenants. */
export const USUAL_BEHAVIOUR: Readonly<Behaviour> = {
  refusedProperties: [],
  hiddenProperties: [],
  bodyFormats: ['json', 'form'],
  isStrict: false,
  keepsNulledProperties: false,
  dropsUnknownScopes: false,
  hasApplicationPasswords: true,
  checksAssertions: true,
};

export interface TenantOptions {
  /** 0 uses a free port. @default 0 */
  readonly port?: number;
  /** Milliseconds since the epoch. @default the system's clock */
  readonly now?: () => number;
  /** Each section replaces the whole section of the default seed. */
  readonly seed?: Partial<Seed>;
  /** How long a fetched JWKS of a resource server is cached; 0 fetches it for every assertion. @default 0 */
  readonly keyCacheSeconds?: number;
  /** @default a new one */
  readonly signingKey?: TenantSigningKey;
  /** How this tenant differs from the usual one. */
  readonly behaviour?: Partial<Behaviour>;
  /** Receives the events of the log stream. @default nobody does */
  readonly onLogEvent?: OnLogEvent;
  /**
   * The claim that an Action adds to access tokens: when the user logged in, in seconds since the epoch. An Action of a real tenant
   * cannot set `auth_time` itself, because that name is reserved. @default 'login_time'
   */
  readonly authTimeClaim?: string;
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
  /**
   * Maps origins to the servers that stand for them, for JWKS of resource servers: `origins.set('https://demo.api',
   * 'http://127.0.0.1:4000')`.
   */
  readonly origins: Map<string, string>;
  /** Makes a new signing key. The old keys stay published until they are dropped. Returns the new `kid`. */
  rotateSigningKeys(): Promise<string>;
  dropOldSigningKeys(): void;
  /**
   * Adds a URL to those that a client's users may be sent back to after a login and a logout, and its origin to those of the
   * client's pages. @throws if there is no such client, or if the URL is not one without a fragment
   */
  allowCallback(clientId: string, url: string): void;
  /** APIs, grants and clients as JSON that is equal byte for byte if nothing has changed. */
  snapshot(): string;
  /** What people who watch the tenant may see; no secrets. */
  overview(): TenantOverview;
  /** Stops at once and closes every connection. */
  close(): Promise<void>;
}

/** @throws the listening error, such as `EADDRINUSE` */
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
    authTimeClaim: options.authTimeClaim ?? 'login_time',
  });
  const rateLimits = new RateLimits(fullSeed.rateLimits, now);
  const { onLogEvent } = options;
  const responder = { parts, faults: new Faults(), rateLimits, log: new RequestLog(), onLogEvent };
  server.on('request', (request, response) => void respond(request, response, responder));
  return handlesOf(server, responder, origins);
}

type Foundation = Pick<TenantParts, 'issuer' | 'now' | 'state' | 'signingKeys' | 'behaviour'> & {
  readonly keyFetcher: KeyFetcher;
  readonly authTimeClaim: string;
};

function assemble({ authTimeClaim, keyFetcher, ...foundation }: Foundation): TenantParts {
  const { issuer, now, state, signingKeys, behaviour } = foundation;
  const tokens = new TokenStore({ issuer, now, state, signingKeys });
  return {
    ...foundation,
    tokens,
    logins: new LoginGuard(state, now),
    login: new LoginState(now, tokens, authTimeClaim),
    assertions: new AssertionVerifier({ issuer, now, state, keyFetcher, behaviour }),
    proofs: new DpopProofVerifier(now),
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
    allowCallback: (clientId, url) => allowCallback(state, clientId, url),
    snapshot: () => snapshot(state),
    overview: () => overviewOf(responder),
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
