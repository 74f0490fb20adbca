/**
 * One process of the authorizer, with a server whose responses change over time. Runs a scenario and records what
 * happens and when.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { AuthorizerEvent } from '../../../lambda/authorizer/api-kinds.ts';
import { type AuthorizerHandler, createHandler } from '../../../lambda/authorizer/create-handler.ts';
import { parseAuthorizerConfiguration } from '../../../src/config/authorizer-configuration.ts';
import { HttpFailure, type HttpRequest, type HttpResponse } from '../../../src/core/http.ts';
import http from '../../support/lambda/events/http-api-request.json' with { type: 'json' };
import { base64url, keyPair, signJws } from '../keys.ts';
import { type Entry, type History, JWT_LONG_LIFE_SECONDS, START_MS, SUBJECTS } from './history.ts';
import type { CredentialName, Outage, Revocable, Scenario, Step } from './scenario.ts';
import { Timeline } from './timeline.ts';

const ISSUER = 'https://tenant.example/';
const AUDIENCE = 'https://demo.api';
const ANN = 'ann@example.com';
const ASP = 'qWeRtYuIoPaSdFgH';
const OPAQUE = 'opaque-token-0123456789';
const UNCACHED = 'opaque-token-of-an-administrator';
const PASSWORD = 'correct horse battery 9';
type Mutable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer Item)[] ? Item[] : T[K] };

const FLOOD = 10_050;

/**
 * The caller of a request. One instance for all processes: Node copies each of these into every promise, for as long as
 * the process lives.
 */
const caller = new AsyncLocalStorage<CredentialName>();

export class Process {
  readonly #scenario: Scenario;
  readonly #timeline = new Timeline(START_MS);
  readonly #alive: Record<Revocable, boolean> = { asp: true, opaque: true, uncached: true, password: true };
  #outage: Outage = 'none';
  readonly #inFlight = new Map<string, number>();
  readonly #wrongLoginUntilMs = new Map<string, number>();
  /** Basic credentials whose secret turned out to be an app specific password. They cause no further login. */
  readonly #appPasswords = new Set<string>();
  readonly #history: Mutable<History> = { entries: [], served: [], floods: [], faults: [] };
  readonly #handle: AuthorizerHandler;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    const { cacheTtlSeconds, negativeTtlSeconds, staleIfErrorSeconds, order } = scenario;
    const configuration = parseAuthorizerConfiguration(
      JSON.stringify({
        issuer: ISSUER,
        audience: AUDIENCE,
        routes: { 'GET /foo/{id}': ['read:foo'], 'DELETE /foo': ['uncached:scope'] },
        basicOrder: order,
        cacheTtlSeconds,
        negativeTtlSeconds,
        staleIfErrorSeconds,
        uncachedScopes: ['uncached:scope'],
        signingKeySecret: 'signing-key',
        passwordGrantSecret: 'password-grant',
      }),
    );
    const timeline = this.#timeline;
    const key = { kid: 'current', privateKey: keyPair('ours-current', 'weakRsa').privateKey };
    const ports = {
      http: this.#port,
      clock: () => timeline.nowMs,
      sleep: timeline.sleep,
      random: () => 0.5,
      signingKeys: { read: async () => [key] as const },
      passwordGrantClient: async () => ({ clientId: 'grant', clientSecret: 'grant-secret' }),
    };
    this.#handle = createHandler(configuration, ports, () => {});
  }

  async run(): Promise<History> {
    let atMs = START_MS;
    for (const step of this.#scenario.steps) {
      atMs += step.afterMs;
      await this.#timeline.passUntil(atMs);
      await this.#perform(step);
    }
    await this.#timeline.passUntil(Number.POSITIVE_INFINITY);
    return this.#history;
  }

  async #perform(step: Step): Promise<void> {
    switch (step.kind) {
      case 'request':
        for (let time = 0; time < step.times; time += 1) this.#request(this.#credentialOf(step.who));
        return;
      case 'toggle':
        this.#alive[step.what] = !this.#alive[step.what];
        return;
      case 'outage':
        this.#outage = step.outage;
        return;
      default:
        return this.#flood(step.of);
    }
  }

  #credentialOf(who: number): CredentialName {
    const { cast } = this.#scenario;
    return cast[who % cast.length] ?? 'bearerJunk';
  }

  #request(credential: CredentialName): void {
    const startMs = this.#timeline.nowMs;
    const record = (outcome: string, subject?: string) =>
      this.#history.served.push({ credential, startMs, endMs: this.#timeline.nowMs, outcome, subject });
    void caller
      .run(credential, () => this.#handle(eventWith(this.#header(credential))))
      .then(
        (result) => record(...outcomeOf(result)),
        (error: unknown) => record(thrownOutcome(error)),
      );
  }

  /** Sends more credentials than a process caches. They cause no calls, except for the first fetch of the keys. */
  async #flood(of: 'refusals' | 'principals'): Promise<void> {
    this.#history.floods.push({ atMs: this.#timeline.nowMs, of });
    const results = Array.from({ length: FLOOD }, (_, index) => {
      const claims = { sub: `flood-${index}`, exp: START_MS / 1000 + 900_000_000 };
      const token = of === 'principals' ? jwt(claims) : forged({ ...claims, aud: 'https://other.api' });
      return this.#handle(eventWith(`Bearer ${token}`)).catch(() => undefined);
    });
    const done = Promise.all(results);
    // Fetching the keys takes time, if they have to be fetched.
    await this.#timeline.passUntil(this.#timeline.nowMs);
    void done;
  }

  #header(credential: CredentialName): string {
    const { jwtLifeSeconds } = this.#scenario;
    const startSeconds = START_MS / 1000;
    switch (credential) {
      case 'bearerApplicationPassword':
        return `Bearer ${ASP}`;
      case 'basicApplicationPassword':
        return basic(ANN, ASP);
      case 'basicApplicationPasswordOfOther':
        return basic('bob@example.com', ASP);
      case 'bearerOpaque':
        return `Bearer ${OPAQUE}`;
      case 'bearerUncached':
        return `Bearer ${UNCACHED}`;
      case 'bearerJunk':
        return 'Bearer junk-that-nobody-knows';
      case 'jwtShort':
        return `Bearer ${jwt({ sub: SUBJECTS.jwtShort, exp: startSeconds + jwtLifeSeconds })}`;
      case 'jwtLong':
        return `Bearer ${jwt({ sub: SUBJECTS.jwtLong, exp: startSeconds + JWT_LONG_LIFE_SECONDS })}`;
      case 'basicPassword':
        return basic(ANN, PASSWORD);
      default:
        return basic(ANN, 'wrong horse');
    }
  }

  readonly #port = async (request: HttpRequest): Promise<HttpResponse> => {
    if (request.method === 'GET') {
      await this.#timeline.sleep(this.#scenario.latencyMs);
      return json(200, { keys: [PUBLISHED_KEY] });
    }
    const credential = caller.getStore() ?? 'bearerJunk';
    const endpoint = request.url.endsWith('/token') ? 'token' : 'introspect';
    this.#enter(credential);
    const startMs = this.#timeline.nowMs;
    const outage = this.#outage;
    const reply = outage === 'none' ? this.#reply(credential, endpoint, request) : undefined;
    await this.#timeline.sleep(outage === 'timeout' ? request.timeoutMs : this.#scenario.latencyMs);
    this.#inFlight.delete(credential);
    const endMs = this.#timeline.nowMs;
    const { verdict, expiresMs } = reply ?? { verdict: VERDICT_OF_OUTAGE[outage], expiresMs: 0 };
    if (endpoint === 'token' && verdict !== 'positive' && reply)
      this.#wrongLoginUntilMs.set(credential, endMs + WRONG_LOGIN_MS);
    this.#history.entries.push({ credential, endpoint, verdict, startMs, endMs, expiresMs });
    if (reply) return reply.response;
    return failedResponse(outage);
  };

  #enter(credential: CredentialName): void {
    if (this.#inFlight.has(credential)) this.#history.faults.push(`two look-ups of ${credential} at once`);
    this.#inFlight.set(credential, this.#timeline.nowMs);
  }

  #reply(credential: CredentialName, endpoint: Entry['endpoint'], request: HttpRequest) {
    const body: unknown = JSON.parse(request.body ?? '');
    const sent = typeof body === 'object' && body !== null ? new Map(Object.entries(body)) : new Map<string, unknown>();
    return endpoint === 'token' ? this.#logIn(credential, sent) : this.#introspect(credential, sent);
  }

  #logIn(credential: CredentialName, sent: ReadonlyMap<string, unknown>): Reply {
    if (this.#timeline.nowMs < (this.#wrongLoginUntilMs.get(credential) ?? 0) && !this.#hasFlood()) {
      this.#history.faults.push(`the wrong password of ${credential} was sent again`);
    }
    if (!this.#alive.password || sent.get('username') !== ANN || sent.get('password') !== PASSWORD) {
      const isLast = this.#scenario.order === 'introspect-first';
      const response = json(403, { error: 'invalid_grant', error_description: 'Wrong email or password.' });
      return { response, verdict: isLast ? 'refused' : 'open', expiresMs: 0 };
    }
    const exp = Math.floor(this.#timeline.nowMs / 1000) + this.#scenario.jwtLifeSeconds;
    const response = json(200, { access_token: jwt({ sub: SUBJECTS.basicPassword, exp }), token_type: 'Bearer' });
    return { response, verdict: 'positive', expiresMs: exp * 1000 };
  }

  #hasFlood(): boolean {
    return this.#history.floods.length > 0;
  }

  #introspect(credential: CredentialName, sent: ReadonlyMap<string, unknown>): Reply {
    const active = this.#active(sent.get('token'));
    if (!active)
      return { response: json(200, { active: false }), verdict: this.#inactiveVerdict(credential), expiresMs: 0 };
    this.#appPasswords.add(credential);
    const isOthers = credential === 'basicApplicationPasswordOfOther';
    const expiresMs = active.exp === undefined ? Number.POSITIVE_INFINITY : active.exp * 1000;
    const response = json(200, { active: true, iss: ISSUER, aud: AUDIENCE, scope: 'read:foo', ...active });
    return { response, verdict: isOthers ? 'refused' : 'positive', expiresMs };
  }

  /** With `introspect-first` a login follows, unless the same password was wrong a short time ago. */
  #inactiveVerdict(credential: CredentialName): Entry['verdict'] {
    const isBasic = credential.startsWith('basic');
    const isLoginToFollow =
      isBasic &&
      this.#scenario.order === 'introspect-first' &&
      !this.#appPasswords.has(credential) &&
      this.#timeline.nowMs >= (this.#wrongLoginUntilMs.get(credential) ?? 0);
    return isLoginToFollow ? 'open' : 'refused';
  }

  #active(token: unknown): { readonly exp?: number; readonly [name: string]: unknown } | undefined {
    const { opaqueLifeSeconds } = this.#scenario;
    const exp = START_MS / 1000 + opaqueLifeSeconds;
    if (token === ASP && this.#alive.asp) {
      return {
        sub: SUBJECTS.bearerApplicationPassword,
        username: ANN,
        token_type: 'application_specific_password_token',
      };
    }
    if (token === UNCACHED && this.#alive.uncached) {
      return { sub: SUBJECTS.bearerUncached, token_type: 'access_token', scope: 'read:foo uncached:scope' };
    }
    if (token !== OPAQUE || !this.#alive.opaque) return undefined;
    if (opaqueLifeSeconds === 0) return { sub: SUBJECTS.bearerOpaque, token_type: 'access_token' };
    return this.#timeline.nowMs < exp * 1000
      ? { sub: SUBJECTS.bearerOpaque, token_type: 'access_token', exp }
      : undefined;
  }
}

const WRONG_LOGIN_MS = 300_000;

interface Reply {
  readonly response: HttpResponse;
  readonly verdict: Entry['verdict'];
  readonly expiresMs: number;
}

const VERDICT_OF_OUTAGE: Readonly<Record<Outage, Entry['verdict']>> = {
  none: 'outage',
  connection: 'outage',
  timeout: 'outage',
  status503: 'outage',
  status500: 'outage',
  status429: 'throttled',
  garbage: 'malformed',
};

function failedResponse(outage: Outage): HttpResponse {
  if (outage === 'connection' || outage === 'timeout') throw new HttpFailure(outage, `The fuzz simulates: ${outage}.`);
  if (outage === 'garbage') return { status: 200, headers: {}, body: '<html>' };
  return { status: Number(outage.slice('status'.length)), headers: {}, body: '' };
}

const issuerKey = keyPair('cache-issuer', 'P-256');
const PUBLISHED_KEY = { ...issuerKey.publicKey.export({ format: 'jwk' }), kid: 'key', alg: 'ES256', use: 'sig' };

/** This token is refused before its signature is checked. */
const forged = (claims: Readonly<Record<string, unknown>>): string =>
  `${base64url({ alg: 'ES256', kid: 'key' })}.${base64url({ iss: ISSUER, ...claims })}.c2lnbmF0dXJl`;

function jwt(claims: Readonly<Record<string, unknown>>): string {
  const input = `${base64url({ alg: 'ES256', kid: 'key' })}.${base64url({ iss: ISSUER, aud: AUDIENCE, scope: 'read:foo', ...claims })}`;
  return `${input}.${signJws('ES256', input, issuerKey.privateKey)}`;
}

const basic = (username: string, secret: string): string =>
  `Basic ${Buffer.from(`${username}:${secret}`).toString('base64')}`;

const json = (status: number, body: unknown): HttpResponse => ({ status, headers: {}, body: JSON.stringify(body) });

const eventWith = (authorization: string): AuthorizerEvent => ({
  ...http,
  version: '2.0',
  type: 'REQUEST',
  headers: { authorization },
});

function outcomeOf(result: unknown): [string, string?] {
  if (typeof result !== 'object' || result === null || !('isAuthorized' in result) || !('context' in result))
    return ['an unknown result'];
  const { context } = result;
  const subject = typeof context === 'object' && context !== null && 'sub' in context ? String(context.sub) : undefined;
  return result.isAuthorized === true && subject !== undefined ? ['allow', subject] : ['403'];
}

function thrownOutcome(error: unknown): string {
  if (!(error instanceof Error)) return 'an unknown result';
  if (error.message === 'Unauthorized') return '401';
  return /^[a-z]+(?:_[a-z]+)+$/.test(error.message) ? '503' : error.message;
}
