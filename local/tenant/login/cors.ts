/** Cross-origin requests of pages (the Fetch standard's CORS), for the endpoints that applications in a browser call. */
import type { Exchange, Reply } from '../http.ts';
import type { TenantParts } from '../parts.ts';
import type { ClientRecord } from '../records.ts';

const PATHS = ['/oauth/token', '/oauth/revoke', '/userinfo'];
const PREFIX = '/.well-known/';

/** The headers that let the page of the `Origin` header read the response; none for other origins. */
export function corsHeaders(exchange: Exchange, tenant: TenantParts): Readonly<Record<string, string>> {
  const { path, headers } = exchange;
  if (!PATHS.includes(path) && !path.startsWith(PREFIX)) return {};
  const { origin } = headers;
  const isAllowed =
    origin !== undefined && callers(exchange, tenant).some(({ web_origins }) => web_origins?.includes(origin));
  return { vary: 'Origin', ...(isAllowed && { ...allowance(origin) }) };
}

function allowance(origin: string): Readonly<Record<string, string>> {
  return { 'access-control-allow-origin': origin, 'access-control-expose-headers': 'DPoP-Nonce, Retry-After' };
}

/** The client that a request names, or all clients: a preflight request names none. */
function callers({ body }: Exchange, { state }: TenantParts): readonly ClientRecord[] {
  const named = state.clients.get(String(body?.client_id ?? ''));
  return named ? [named] : [...state.clients.values()];
}

/** Replies to a preflight request. Its origin is allowed, or not, by `corsHeaders`. */
export function preflight(): Reply {
  return {
    status: 204,
    headers: {
      'access-control-allow-methods': 'GET, POST',
      'access-control-allow-headers': 'Authorization, Content-Type, Auth0-Client, DPoP',
      'access-control-max-age': '600',
    },
  };
}
