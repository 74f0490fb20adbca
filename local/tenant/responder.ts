/** Handles a request from its bytes to its response: fault, rate limit, endpoint, and fault again. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { control, isControl } from './control.ts';
import type { Fault, Faults } from './faults.ts';
import { type Exchange, isJsonObject, Refusal, type Reply, receive, send } from './http.ts';
import { logEventOf, type OnLogEvent } from './log-events.ts';
import { corsHeaders } from './login/cors.ts';
import { NOT_FOUND } from './not-found.ts';
import type { TenantParts } from './parts.ts';
import type { RateLimits } from './rate-limits.ts';
import type { LoggedRequest, RequestLog } from './request-log.ts';
import { familyOf, findRoute } from './router.ts';

const DEFAULT_HUGE_BYTES = 10_000_000;

export interface Responder {
  readonly parts: TenantParts;
  readonly faults: Faults;
  readonly rateLimits: RateLimits;
  readonly log: RequestLog;
  /** @default nobody listens */
  readonly onLogEvent?: OnLogEvent | undefined;
}

/** Responds to one request; never rejects. */
export async function respond(request: IncomingMessage, response: ServerResponse, responder: Responder): Promise<void> {
  try {
    const exchange = await receive(request);
    if (isControl(exchange.path)) return send(response, control(exchange, responder.faults, responder.log));
    const entry = responder.log.add(exchange, responder.parts.now());
    await respondTo(exchange, entry, response, responder);
  } catch (error) {
    if (response.destroyed || response.headersSent) return;
    if (error instanceof Refusal) response.setHeader('connection', 'close');
    send(response, error instanceof Refusal ? error.reply : { status: 500, body: { error: 'server_error' } });
  }
}

async function respondTo(exchange: Exchange, entry: LoggedRequest, response: ServerResponse, responder: Responder) {
  const fault = responder.faults.take(exchange.method, exchange.path);
  if (fault?.kind === 'hang') return;
  if (fault?.kind === 'reset') return breakConnection(response);
  const reply = (fault && cannedReply(fault)) ?? edited(await usualReply(exchange, responder), fault);
  if (fault?.kind === 'dieAfter') return breakConnection(response);
  if (fault?.kind === 'latency') await pause(fault.ms, response);
  if (response.destroyed) return;
  entry.status = reply.status;
  send(response, { ...reply, headers: { ...corsHeaders(exchange, responder.parts), ...reply.headers } });
}

async function usualReply(exchange: Exchange, { parts, rateLimits, onLogEvent }: Responder): Promise<Reply> {
  const family = familyOf(exchange.path);
  const admission = family && rateLimits.admit(family);
  const reply = admission?.refusal ?? (await handle(exchange, parts));
  const event = onLogEvent && logEventOf(exchange, reply, parts.now());
  if (event) onLogEvent(event);
  return { ...reply, headers: { ...admission?.headers, ...reply.headers } };
}

async function handle(exchange: Exchange, parts: TenantParts): Promise<Reply> {
  const match = findRoute(exchange.method, exchange.path);
  if (!match) return NOT_FOUND;
  try {
    return await match.handler(exchange, parts, match.parameters);
  } catch (error) {
    if (error instanceof Refusal) return error.reply;
    throw error;
  }
}

/** The responses of faults that skip the endpoint. */
function cannedReply(fault: Fault): Reply | undefined {
  switch (fault.kind) {
    case 'status': {
      const retryAfter =
        fault.retryAfterSeconds === undefined ? {} : { 'retry-after': String(fault.retryAfterSeconds) };
      // Not an OAuth error. With a 5xx it is an outage, as if a server in front of the tenant had sent it.
      const body = fault.body ?? { statusCode: fault.status, error: 'Fault', message: 'An injected fault.' };
      return { status: fault.status, body, headers: { ...retryAfter, ...fault.headers } };
    }
    case 'garbage':
      return { status: 200, body: '<html>{"active":true' };
    case 'huge':
      return { status: 200, body: { active: true, padding: 'x'.repeat(fault.bytes ?? DEFAULT_HUGE_BYTES) } };
    case 'redirect':
      return { status: 302, headers: { location: fault.location } };
    case 'body':
      return { status: fault.status ?? 200, body: fault.body };
    default:
      return undefined;
  }
}

function edited(reply: Reply, fault: Fault | undefined): Reply {
  if (fault?.kind !== 'edit' || !isJsonObject(reply.body)) return reply;
  const { set = {}, remove = [] } = fault;
  const kept = Object.entries(reply.body).filter(([name]) => !remove.includes(name));
  return { ...reply, body: { ...Object.fromEntries(kept), ...set } };
}

function breakConnection(response: ServerResponse): void {
  response.socket?.resetAndDestroy();
}

/** Waits, but not longer than the caller waits. */
function pause(ms: number, response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    response.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
