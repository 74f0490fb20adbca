/**
 * Finds the endpoint for a method and a path. Path segments are decoded one by one, so an encoded slash does not
 * separate segments.
 */

import { applicationPasswordRoutes } from './application-passwords.ts';
import { clientGrantRoutes } from './client-grants.ts';
import { jwks, openidConfiguration } from './discovery.ts';
import { introspect } from './introspect.ts';
import { loginRoutes } from './login/login-routes.ts';
import type { Handler, PathParameters, Route } from './parts.ts';
import type { ApiFamily } from './rate-limits.ts';
import { resourceServerRoutes } from './resource-servers.ts';
import { settingsRoutes } from './tenant-settings.ts';
import { token } from './token.ts';
import { userRoutes } from './users.ts';

const routes: readonly Route[] = [
  { method: 'GET', path: '/.well-known/jwks.json', handler: jwks },
  { method: 'GET', path: '/.well-known/openid-configuration', handler: openidConfiguration },
  { method: 'GET', path: '/.well-known/oauth-authorization-server', handler: openidConfiguration },
  { method: 'POST', path: '/oauth/token', handler: token },
  { method: 'POST', path: '/oauth/introspect', handler: introspect },
  ...loginRoutes,
  ...resourceServerRoutes,
  ...clientGrantRoutes,
  ...settingsRoutes,
  ...userRoutes,
  ...applicationPasswordRoutes,
];

export interface Match {
  readonly handler: Handler;
  readonly parameters: PathParameters;
}

export function findRoute(method: string, path: string): Match | undefined {
  const segments = decodeSegments(path);
  if (!segments) return undefined;
  for (const route of routes) {
    const parameters = route.method === method ? matchPath(route.path.split('/'), segments) : undefined;
    if (parameters) return { handler: route.handler, parameters };
  }
  return undefined;
}

const LOGIN_PATHS = ['/authorize', '/userinfo', '/v2/logout', '/oidc/logout'];

/** Returns which rate limit applies to a path; none applies to the JWKS. */
export function familyOf(path: string): ApiFamily | undefined {
  if (path.startsWith('/api/v2/')) return 'management';
  const isLogin = path.startsWith('/oauth/') || path.startsWith('/u/') || LOGIN_PATHS.includes(path);
  return isLogin ? 'authentication' : undefined;
}

function matchPath(pattern: readonly string[], segments: readonly string[]): PathParameters | undefined {
  if (pattern.length !== segments.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index] ?? '';
    if (part.startsWith(':') && segment !== '') parameters[part.slice(1)] = segment;
    else if (part !== segment) return undefined;
  }
  return parameters;
}

function decodeSegments(path: string): readonly string[] | undefined {
  try {
    return path.split('/').map(decodeURIComponent);
  } catch {
    return undefined;
  }
}
