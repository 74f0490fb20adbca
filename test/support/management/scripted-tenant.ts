/** A tenant in a few lines: an HTTP port whose responses the test writes, with a clock that only sleeping moves. */
import { HttpFailure, type HttpRequest, type HttpResponse } from '../../../src/core/http.ts';
import { isJsonObject, parseJson } from '../../../src/core/json.ts';
import { connectManagement, type ManagementOptions } from '../../../src/management/management-connection.ts';

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: HttpRequest['headers'];
  readonly body: Readonly<Record<string, unknown>>;
}

export interface ScriptedResponse {
  /** @default 200 */
  readonly status?: number;
  readonly headers?: Record<string, string>;
  /** Sent as JSON unless it is text. */
  readonly body?: unknown;
}

/** Returns a response, or an error to fail with. `undefined`: 404. */
export type Script = (request: SeenRequest, count: number) => ScriptedResponse | Error | undefined;

export const CLIENT_SECRET = 'canary-client-secret';
export const ACCESS_TOKEN = 'canary.access.token';
export const START_MS = Date.parse('2030-01-01T00:00:00Z');

export class ScriptedTenant {
  readonly requests: SeenRequest[] = [];
  readonly sleptMs: number[] = [];
  nowMs = START_MS;
  readonly #script: Script;

  /** @param script responds to everything but the token request, and to that too with `scriptsToken` */
  constructor(script: Script, { scriptsToken = false } = {}) {
    this.#script = scriptsToken ? script : withToken(script);
  }

  connect(options: Partial<ManagementOptions> = {}) {
    return connectManagement({
      tenantUrl: 'https://tenant.example/',
      client: { clientId: 'management-client', clientSecret: CLIENT_SECRET },
      http: this.http,
      clock: () => this.nowMs,
      sleep: this.sleep,
      ...options,
    });
  }

  readonly sleep = async (milliseconds: number) => {
    this.sleptMs.push(milliseconds);
    this.nowMs += milliseconds;
  };

  readonly http = async ({ method, url, headers, body, maximumBytes = 0 }: HttpRequest): Promise<HttpResponse> => {
    const { pathname: path, searchParams: query } = new URL(url);
    const json = parseJson(body ?? '');
    const request = { method, path, query, headers, body: isJsonObject(json) ? json : {} };
    this.requests.push(request);
    const response = this.#script(request, this.requests.length) ?? { status: 404, body: { message: 'Not found.' } };
    if (response instanceof Error) throw response;
    const text = typeof response.body === 'string' ? response.body : (JSON.stringify(response.body) ?? '');
    if (text.length > maximumBytes) throw new HttpFailure('too_large', 'The response is too large.');
    return { status: response.status ?? 200, headers: response.headers ?? {}, body: text };
  };

  /** Method and path of each request. */
  get log(): readonly string[] {
    return this.requests.map(({ method, path }) => `${method} ${path}`);
  }
}

export const TOKEN_RESPONSE = { access_token: ACCESS_TOKEN, token_type: 'Bearer', expires_in: 3600 };

function withToken(script: Script): Script {
  return (request, count) => (request.path === '/oauth/token' ? { body: TOKEN_RESPONSE } : script(request, count));
}
