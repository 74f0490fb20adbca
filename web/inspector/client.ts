/** Talks to the server of the inspector, which also served this script. So the types of its responses are known. */
import type { Action, Done, Offer, Problem, SendRequest, State, Story } from './protocol.ts';
import { TEXTS } from './texts.ts';

/** Thrown with a text for the reader. */
export class Failure extends Error {}

const BASE = '/.local/';

async function ask(path: string, body?: object): Promise<Response> {
  const options: RequestInit = body
    ? { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
    : {};
  const response = await fetch(`${BASE}${path}`, { ...options, credentials: 'omit', redirect: 'error' }).catch(() => {
    throw new Failure(TEXTS.unreachable);
  });
  if (response.ok) return response;
  const problem: Partial<Problem> = await response.json();
  throw new Failure(TEXTS.failed.replace('{title}', problem.title ?? String(response.status)));
}

export async function readOffer(): Promise<Offer> {
  return (await ask('offer')).json();
}

export async function readState(): Promise<State> {
  return (await ask('state')).json();
}

export async function send(request: SendRequest): Promise<Story> {
  return (await ask('send', request)).json();
}

export async function act(action: Action): Promise<Done> {
  return (await ask('actions', action)).json();
}
