/** A client of the inspector for tests, as its page is. */
import { afterAll } from 'vitest';
import type { Action, Offer, PreparedCredential, SendRequest, State, Story } from '../../../web/inspector/protocol.ts';
import { type ApiResponse, call } from '../http/call.ts';
import { type LocalForTest, openLocal, startLocal } from './start.ts';

export interface InspectorClient {
  readonly local: LocalForTest;
  readonly offer: () => Promise<Offer>;
  readonly credential: (id: string) => Promise<PreparedCredential>;
  readonly state: () => Promise<State>;
  /** Sends a value of the header to `GET /foo`, or to another route. */
  readonly send: (authorization: string | undefined, route?: Partial<SendRequest>) => Promise<Story>;
  /** Sends a prepared credential. */
  readonly sendPrepared: (id: string, route?: Partial<SendRequest>) => Promise<Story>;
  readonly act: (action: Action) => Promise<ApiResponse>;
  readonly post: (path: string, body: unknown, headers?: Readonly<Record<string, string>>) => Promise<ApiResponse>;
}

/** Starts local mode for all tests of a file. */
export async function openInspector(configuration: Readonly<Record<string, unknown>> = {}): Promise<InspectorClient> {
  const local = await openLocal(configuration);
  afterAll(() => local.close());
  return clientOf(local);
}

/** Starts local mode for one test. */
export async function startInspector(configuration: Readonly<Record<string, unknown>> = {}): Promise<InspectorClient> {
  return clientOf(await startLocal(configuration));
}

function clientOf(local: LocalForTest): InspectorClient {
  const { gateway } = local.ready;
  const read = async (path: string) => parsed(await call(new URL(path, gateway), 'GET'));
  const post: InspectorClient['post'] = (path, body, headers = {}) =>
    call(new URL(path, gateway), 'POST', undefined, {
      headers: { origin: new URL(gateway).origin, 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  const offer = (): Promise<Offer> => read('/.local/offer');
  const credential = async (id: string) => {
    const found = (await offer()).credentials.find((each) => each.id === id);
    if (!found) throw new Error(`No credential ${id} is offered.`);
    return found;
  };
  const send: InspectorClient['send'] = async (authorization, route = {}) =>
    parsed(await post('/.local/send', { method: 'GET', path: '/foo', ...route, authorization }));
  return {
    local,
    offer,
    credential,
    state: () => read('/.local/state'),
    send,
    sendPrepared: async (id, route) => send((await credential(id)).authorization, route),
    act: (action) => post('/.local/actions', action),
    post,
  };
}

/** The inspector is ours, so the types of its responses are known. */
function parsed({ status, body }: ApiResponse) {
  if (status !== 200) throw new Error(`The inspector responded with ${status}: ${body}`);
  return JSON.parse(body);
}
