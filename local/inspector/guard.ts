/**
 * Decides who may use the inspector: its own page, on this machine. Any page that is open in a browser here can send requests to a port on
 * loopback, and a hostile name server can make its own host name point to it (DNS rebinding). So the names in `Host` and `Origin` must be
 * ours.
 */
import type { IncomingCall } from '../gateway/api.ts';

/** What a request is for. `document`: a page or a file, which a link may open. `data`: what the page reads. `action`: what it changes. */
export type Purpose = 'document' | 'data' | 'action';

type Call = Pick<IncomingCall, 'fields'>;

/**
 * @param port of the gateway
 * @returns whether the inspector may respond
 */
export function isOwn(call: Call, purpose: Purpose, port: number): boolean {
  const hosts = valuesOf(call, 'host');
  const [host = ''] = hosts;
  if (hosts.length !== 1 || !isOwnHost(host, port)) return false;
  const origins = valuesOf(call, 'origin');
  if (origins.some((origin) => origin !== `http://${host}`)) return false;
  if (purpose === 'document') return true;
  // A page on another port of localhost is of the same site, but not of the same origin.
  if (valuesOf(call, 'sec-fetch-site').some((site) => site !== 'same-origin' && site !== 'none')) return false;
  return purpose === 'data' || (origins.length === 1 && isJson(valuesOf(call, 'content-type')));
}

function isOwnHost(host: string, port: number): boolean {
  return ['127.0.0.1', 'localhost', '[::1]'].some((name) => {
    // A browser leaves the usual port out.
    return host === `${name}:${port}` || (port === 80 && host === name);
  });
}

/** A form or a simple request cannot have this type, so another page must ask first, and gets no permission. */
function isJson(types: readonly string[]): boolean {
  return types.length === 1 && /^application\/json(?:;|$)/i.test(types[0] ?? '');
}

function valuesOf({ fields }: Call, name: string): readonly string[] {
  return fields.filter(([field]) => field.toLowerCase() === name).map(([, value]) => value);
}
