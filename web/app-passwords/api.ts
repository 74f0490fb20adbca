/** The client of the self-service API. */
import { dateOf, isObject, type JsonObject, listOf, numberOf, objectOf, textOf, textsOf } from './json.ts';
import { SessionEnded } from './session-ended.ts';

export interface AppPassword {
  readonly id: string;
  readonly label: string;
  readonly scopes: readonly string[];
  readonly createdAt: Date | undefined;
  readonly lastUsedAt: Date | undefined;
  readonly expiresAt: Date | undefined;
}

export interface CreatedAppPassword extends AppPassword {
  /** Shown once. */
  readonly value: string;
}

export interface AppPasswords {
  readonly list: readonly AppPassword[];
  /** What the user may grant. */
  readonly scopes: readonly string[];
  readonly maximum: number;
}

export interface NewAppPassword {
  readonly label: string;
  readonly scopes: readonly string[];
  readonly expiresInDays?: number;
}

/** A request failed. The code is one of the API's, or one of the page's own in `PROBLEMS`. */
export class ApiFailure extends Error {
  readonly code: string;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: string, retryAfterSeconds?: number, cause?: unknown) {
    super(code, { cause });
    this.code = code;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** A response of success that the page does not understand. */
class Unreadable extends ApiFailure {
  constructor(cause: unknown) {
    super('unexpected', undefined, cause);
  }
}

export interface ApiPorts {
  /** @param isStale whether the API has refused the current token. @throws SessionEnded */
  readonly token: (isStale: boolean) => Promise<string>;
  readonly send: typeof fetch;
  /** `false` if the browser knows that it has no connection. */
  readonly isOnline: () => boolean;
}

const UNAUTHORIZED = 401;
const TIMEOUT_MS = 30_000;
/** For responses without a code of ours: the gateway and AWS send them. */
const CODES: Readonly<Record<number, string>> = {
  401: 'session_ended',
  403: 'scope_missing',
  429: 'rate_limited',
  502: 'unavailable',
  503: 'unavailable',
  504: 'unavailable',
};
/** The gateway and AWS send these also when the function has finished, or still works. */
const UNKNOWN_RESULTS = new Set([500, 502, 504]);

export class Api {
  readonly #url: string;
  readonly #ports: ApiPorts;

  /** @param pageUrl the page's own URL, which ends with a slash */
  constructor(pageUrl: string, ports: ApiPorts) {
    this.#url = new URL('app-passwords', pageUrl).href;
    this.#ports = ports;
  }

  /** @throws ApiFailure, as all methods do */
  async list(): Promise<AppPasswords> {
    const found = await this.#request('GET', '');
    return parsed(() => ({
      list: listOf(found, 'appPasswords').map((each) => appPasswordOf(objectOf(each))),
      scopes: textsOf(found, 'scopes'),
      maximum: numberOf(found, 'maximum'),
    }));
  }

  async create(wanted: NewAppPassword): Promise<CreatedAppPassword> {
    try {
      const found = await this.#request('POST', '', wanted);
      return parsed(() => ({ ...appPasswordOf(found), value: textOf(found, 'value') }));
    } catch (error) {
      throw error instanceof Unreadable ? resultUnknown(error) : error;
    }
  }

  /** @returns whether it has already stopped working */
  async delete(id: string): Promise<boolean> {
    return isStopped(await this.#request('DELETE', `/${encodeURIComponent(id)}`));
  }

  /** Whether no authorizer accepts it any more. */
  async hasStopped(id: string): Promise<boolean> {
    return isStopped(await this.#request('GET', `/${encodeURIComponent(id)}`));
  }

  async #request(method: string, path: string, body?: NewAppPassword): Promise<JsonObject> {
    const response = await this.#send(method, path, body, false);
    const final =
      response.status === UNAUTHORIZED && (await codeOf(response.clone())) === 'session_ended'
        ? await this.#send(method, path, body, true)
        : response;
    if (!final.ok) throw await failureOf(final, method);
    const found: unknown = await final.json().catch((cause) => Promise.reject(new Unreadable(cause)));
    return parsed(() => objectOf(found));
  }

  async #send(method: string, path: string, body: NewAppPassword | undefined, isStale: boolean): Promise<Response> {
    const headers = { authorization: `Bearer ${await this.#token(isStale)}`, accept: 'application/json' };
    const wasOnline = this.#ports.isOnline();
    try {
      return await this.#ports.send(`${this.#url}${path}`, {
        method,
        headers: body === undefined ? headers : { ...headers, 'content-type': 'application/json' },
        body: body === undefined ? null : JSON.stringify(body),
        ...{ cache: 'no-store', credentials: 'omit', redirect: 'error', referrerPolicy: 'no-referrer' },
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
    } catch (error) {
      // Without a response, nobody knows whether the app password was created.
      throw body !== undefined && wasOnline ? resultUnknown(error) : new ApiFailure('unreachable', undefined, error);
    }
  }

  async #token(isStale: boolean): Promise<string> {
    try {
      return await this.#ports.token(isStale);
    } catch (error) {
      if (error instanceof SessionEnded) throw new ApiFailure('session_ended', undefined, error);
      throw new ApiFailure(this.#ports.isOnline() ? 'tenant_unavailable' : 'unreachable', undefined, error);
    }
  }
}

function resultUnknown(cause?: unknown): ApiFailure {
  return new ApiFailure('create_unknown', undefined, cause);
}

function appPasswordOf(found: JsonObject): AppPassword {
  return {
    id: textOf(found, 'id'),
    label: textOf(found, 'label'),
    scopes: textsOf(found, 'scopes'),
    createdAt: dateOf(found, 'createdAt'),
    lastUsedAt: dateOf(found, 'lastUsedAt'),
    expiresAt: dateOf(found, 'expiresAt'),
  };
}

function isStopped(found: JsonObject): boolean {
  return parsed(() => textOf(found, 'state')) === 'stopped';
}

function parsed<Value>(parse: () => Value): Value {
  try {
    return parse();
  } catch (error) {
    throw new Unreadable(error);
  }
}

async function codeOf(response: Response): Promise<string> {
  const body: unknown = await response.json().catch(() => undefined);
  const code = isObject(body) && typeof body.code === 'string' ? body.code : undefined;
  return code ?? CODES[response.status] ?? 'unexpected';
}

async function failureOf(response: Response, method: string): Promise<ApiFailure> {
  const retryAfter = response.headers.get('retry-after') ?? '';
  const code = await codeOf(response);
  const isOwn = code !== 'unexpected' && code !== 'unavailable';
  if (method === 'POST' && UNKNOWN_RESULTS.has(response.status) && !isOwn) return resultUnknown();
  return new ApiFailure(code, /^\d{1,5}$/.test(retryAfter) ? Number(retryAfter) : undefined);
}
