/** The self-service API with a tenant and tables in memory, and what can go wrong with each of them. */
import { type ApiSettings, createApi } from '../../../lambda/app-passwords/api.ts';
import type { ApiResponse } from '../../../lambda/app-passwords/response.ts';
import { MemoryCounter, MemoryDeletions } from '../../../local/app-passwords/memory-limits.ts';
import { MemoryExpiryTable } from '../../../local/app-passwords/memory-tables.ts';
import { MemoryFlushStore } from '../../../local/memory-flush-store.ts';
import { MemoryMarkTable } from '../../../local/memory-tables.ts';
import type { AppPasswordEvent, AppPasswordPorts } from '../../../src/app-passwords/ports.ts';
import { createRevoker } from '../../../src/app-passwords/revoker.ts';
import { isJsonObject, type JsonObject, parseJson } from '../../../src/core/json.ts';
import type {
  ApplicationPassword,
  ApplicationPasswords,
  NewApplicationPassword,
} from '../../../src/management/application-passwords.ts';
import { markId } from '../../../src/shared-state/revocation-mark.ts';
import { FrozenClock } from '../core/clock.ts';

export const ISSUER = 'https://tenant.auth0.com/';
export const AUDIENCE = 'https://demo.api';
export const PAGE_CLIENT = 'page-client';
export const ALICE = 'auth0|alice';
export const MALLORY = 'auth0|mallory';
export const ORIGIN = 'https://app.example';
export const REVOCATION_SECONDS = 5;

export const SETTINGS: ApiSettings = {
  issuer: ISSUER,
  audience: AUDIENCE,
  clients: [PAGE_CLIENT, 'second-client'],
  scopes: ['read:foo', 'create:foo', 'delete:foo'],
  revocation: { table: 'marks', queueUrl: 'queue', seconds: REVOCATION_SECONDS, gatewayTtlSeconds: 0 },
  authTimeClaim: 'auth_time',
  origins: [ORIGIN],
};

const JWT = `${Buffer.from('{"alg":"RS256"}').toString('base64url')}.e30.c2ln`;
export const BEARER = `Bearer ${JWT}`;

export const CONTEXT: JsonObject = {
  principalId: ALICE,
  sub: ALICE,
  username: 'alice@example.com',
  scope: 'read:foo create:foo manage:app_passwords',
  token_type: 'access_token',
  client_id: PAGE_CLIENT,
  org_id: '',
  iss: ISSUER,
  exp: '2000000000',
};

/** The passwords of all users, as the tenant holds them. */
export class MemoryTenant implements ApplicationPasswords {
  readonly passwords = new Map<string, { readonly userId: string; readonly password: ApplicationPassword }>();
  readonly calls: string[] = [];
  /** Called before each call. */
  before: (call: 'create' | 'list' | 'remove') => Promise<void> = async () => {};
  readonly #clock: FrozenClock;
  #made = 0;

  constructor(clock: FrozenClock) {
    this.#clock = clock;
  }

  async create(
    userId: string,
    request: Parameters<ApplicationPasswords['create']>[1],
  ): Promise<NewApplicationPassword> {
    await this.#call('create', userId);
    this.#made += 1;
    const id = `asp_${String(this.#made).padStart(4, '0')}`;
    const createdAt = new Date(this.#clock.nowMs).toISOString();
    const password = { id, ...request, createdAt, lastAccessed: undefined };
    this.passwords.set(id, { userId, password });
    return { ...password, value: `canary${'x'.repeat(6)}${String(this.#made).padStart(4, '0')}` };
  }

  async list(userId: string): Promise<readonly ApplicationPassword[]> {
    await this.#call('list', userId);
    return [...this.passwords.values()].filter((each) => each.userId === userId).map(({ password }) => password);
  }

  async remove(userId: string, id: string): Promise<void> {
    await this.#call('remove', `${userId} ${id}`);
    if (this.passwords.get(id)?.userId === userId) this.passwords.delete(id);
  }

  /** The same passwords, with each call counted before it. */
  countedBy(count: () => Promise<void>): ApplicationPasswords {
    return {
      create: async (...request) => count().then(() => this.create(...request)),
      list: async (userId) => count().then(() => this.list(userId)),
      remove: async (userId, id) => count().then(() => this.remove(userId, id)),
    };
  }

  /** Adds a password that was made elsewhere. */
  add(userId: string, password: Partial<ApplicationPassword> = {}): ApplicationPassword {
    this.#made += 1;
    const id = `asp_${String(this.#made).padStart(4, '0')}`;
    const usual = { id, label: 'made elsewhere', audience: AUDIENCE, scopes: ['read:foo'] };
    const whole = { ...usual, createdAt: '2026-01-01T00:00:00.000Z', lastAccessed: undefined, ...password };
    this.passwords.set(whole.id, { userId, password: whole });
    return whole;
  }

  async #call(name: 'create' | 'list' | 'remove', what: string): Promise<void> {
    this.calls.push(`${name} ${what}`);
    await this.before(name);
  }
}

interface Call {
  readonly method?: string;
  /** The id in the path. */
  readonly id?: string;
  readonly body?: unknown;
  /** Changes of the authorizer's context. */
  readonly context?: JsonObject;
  readonly headers?: Readonly<Record<string, string>>;
  readonly event?: JsonObject;
}

export interface ApiReply {
  readonly status: number;
  readonly headers: ApiResponse['headers'];
  readonly body: JsonObject;
  readonly text: string;
}

export class World {
  readonly clock = new FrozenClock();
  readonly tenant = new MemoryTenant(this.clock);
  readonly expiries = new MemoryExpiryTable();
  readonly counter = new MemoryCounter();
  readonly deletions = new MemoryDeletions();
  readonly marks = new MemoryMarkTable();
  readonly flushes = new MemoryFlushStore();
  /** The messages of the revocation queue. */
  readonly queue: string[] = [];
  readonly events: AppPasswordEvent[] = [];
  readonly lines: string[] = [];
  readonly ports: AppPasswordPorts;
  readonly #api: ReturnType<typeof createApi>;

  constructor(settings: Partial<ApiSettings> = {}, ports: Partial<AppPasswordPorts> = {}) {
    this.ports = { ...this.#memoryPorts(), ...ports };
    this.#api = createApi({ ...SETTINGS, ...settings }, this.ports);
  }

  #memoryPorts(): AppPasswordPorts {
    return {
      clock: this.clock.read,
      passwords: async ({ count }) => this.tenant.countedBy(count),
      expiries: this.expiries,
      expirySecret: async () => 's'.repeat(32),
      counter: this.counter,
      deletions: this.deletions,
      revoker: createRevoker(ISSUER, {
        send: async (message) => void this.queue.push(message),
        readMarks: (id) => this.marks.read(id),
        readFlushes: () => this.flushes.read(),
      }),
      notify: async (event) => void this.events.push(event),
      log: (line) => this.lines.push(line),
    };
  }

  get log(): readonly JsonObject[] {
    return this.lines.map((line) => parseJson(line)).filter(isJsonObject);
  }

  /** Writes the mark that a message of the queue asks for. */
  mark(subject = ALICE): void {
    this.marks.grow(markId(ISSUER, subject), 'introspected', this.clock.nowMs);
  }

  async call({ method = 'GET', id, body, context = {}, headers = {}, event = {} }: Call = {}): Promise<ApiReply> {
    const type = body === undefined ? {} : { 'content-type': 'application/json' };
    const fields = { Authorization: BEARER, ...type, ...headers };
    const response = await this.#api({
      httpMethod: method,
      resource: id === undefined ? '/app-passwords' : '/app-passwords/{id}',
      path: id === undefined ? '/app-passwords' : `/app-passwords/${id}`,
      pathParameters: id === undefined ? null : { id },
      queryStringParameters: null,
      multiValueQueryStringParameters: null,
      headers: fields,
      multiValueHeaders: Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, [value]])),
      requestContext: { authorizer: { ...CONTEXT, ...context } },
      body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
      isBase64Encoded: false,
      ...event,
    });
    const parsed = parseJson(response.body);
    return {
      status: response.statusCode,
      headers: response.headers,
      body: isJsonObject(parsed) ? parsed : {},
      text: response.body,
    };
  }

  create(body: JsonObject = {}, call: Call = {}): Promise<ApiReply> {
    return this.call({ method: 'POST', body: { label: 'A label', scopes: ['read:foo'], ...body }, ...call });
  }

  remove(id: string, call: Call = {}): Promise<ApiReply> {
    return this.call({ method: 'DELETE', id, ...call });
  }

  state(id: string, call: Call = {}): Promise<ApiReply> {
    return this.call({ id, ...call });
  }
}
