/** A tenant of a few lines: a `fetch` whose answers the test writes, with a clock that only sleeping moves. */
import { connectManagement, type ManagementOptions } from '../../../src/management/management-connection.ts';

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

export interface ScriptedAnswer {
  /** @default 200 */
  readonly status?: number;
  readonly headers?: Record<string, string>;
  /** Sent as JSON unless it is text. */
  readonly body?: unknown;
}

/** Answers, or an error to fail with. `undefined`: 404. */
export type Script = (request: SeenRequest, count: number) => ScriptedAnswer | Error | undefined;

export const CLIENT_SECRET = 'canary-client-secret';
export const ACCESS_TOKEN = 'canary.access.token';
export const START_MS = Date.parse('2030-01-01T00:00:00Z');

export class ScriptedTenant {
  readonly requests: SeenRequest[] = [];
  readonly sleptMs: number[] = [];
  nowMs = START_MS;
  readonly #script: Script;

  /** @param script answers everything but the token request, unless that is `scriptsToken` */
  constructor(script: Script, { scriptsToken = false } = {}) {
    this.#script = scriptsToken ? script : withToken(script);
  }

  connect(options: Partial<ManagementOptions> = {}) {
    return connectManagement({
      tenantUrl: 'https://tenant.example/',
      clientId: 'management-client',
      clientSecret: CLIENT_SECRET,
      fetch: this.fetch,
      clock: () => this.nowMs,
      sleep: this.sleep,
      ...options,
    });
  }

  readonly sleep = async (milliseconds: number) => {
    this.sleptMs.push(milliseconds);
    this.nowMs += milliseconds;
  };

  readonly fetch = async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const url = new URL(String(input));
    const request = {
      method: init.method ?? 'GET',
      path: url.pathname,
      query: url.searchParams,
      headers: new Headers(init.headers),
      body: typeof init.body === 'string' ? JSON.parse(init.body) : {},
    };
    this.requests.push(request);
    const answer = this.#script(request, this.requests.length) ?? { status: 404, body: { message: 'Not found.' } };
    if (answer instanceof Error) throw answer;
    const { status = 200, headers = {}, body } = answer;
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return new Response(status === 204 ? null : text, { status, headers });
  };

  /** Method and path of each request. */
  get log(): readonly string[] {
    return this.requests.map(({ method, path }) => `${method} ${path}`);
  }
}

export const TOKEN_ANSWER = { access_token: ACCESS_TOKEN, token_type: 'Bearer', expires_in: 3600 };

function withToken(script: Script): Script {
  return (request, count) => (request.path === '/oauth/token' ? { body: TOKEN_ANSWER } : script(request, count));
}
