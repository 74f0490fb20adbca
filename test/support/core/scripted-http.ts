/** An HTTP port without a socket: it returns the responses of a test, and records the requests. */
import { HttpFailure, type HttpPort, type HttpRequest, type HttpResponse } from '../../../src/core/http.ts';

export type Reply = HttpResponse | HttpFailure;
export type Script = (request: HttpRequest) => Reply | Promise<Reply>;

export class ScriptedHttp {
  readonly requests: HttpRequest[] = [];
  /** A test replaces this to change the server's response. */
  script: Script;

  constructor(script: Script) {
    this.script = script;
  }

  /** Gives each reply once, in order; an additional request fails the test. */
  static inOrder(...replies: readonly Reply[]): ScriptedHttp {
    const left = [...replies];
    return new ScriptedHttp(() => {
      const reply = left.shift();
      if (!reply) throw new Error('The code under test sent a request that the test did not expect.');
      return reply;
    });
  }

  readonly port: HttpPort = async (request) => {
    this.requests.push(request);
    const reply = await this.script(request);
    if (reply instanceof HttpFailure) throw reply;
    return reply;
  };

  to(url: string): readonly HttpRequest[] {
    return this.requests.filter((request) => request.url === url);
  }
}

export function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): HttpResponse {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}

export function text(status: number, body: string): HttpResponse {
  return { status, headers: {}, body };
}

export function failure(reason: HttpFailure['reason']): HttpFailure {
  return new HttpFailure(reason, `Scripted: ${reason}.`);
}

/** The parameters in a request's body, which is JSON or a form. */
export function form(request: HttpRequest | undefined): Record<string, unknown> {
  const { headers, body = 'null' } = request ?? {};
  return headers?.['content-type'] === 'application/x-www-form-urlencoded'
    ? Object.fromEntries(new URLSearchParams(body))
    : JSON.parse(body);
}
