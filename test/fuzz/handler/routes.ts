/**
 * The route maps of the handler fuzz, the calls to them, and a plain statement of what each call requires. The model
 * knows the segments that a call was made of, and never parses a path.
 */

export type Requirement = { readonly allOf: readonly string[] } | { readonly anyOf: readonly string[] };
type Setting = readonly string[] | { readonly anyOf: readonly string[] } | 'public';

export const MAPS = {
  /** Each route is a resource of the gateway. */
  resources: {
    'GET /foo': ['read:foo'],
    'POST /foo': ['create:foo', 'audit:foo'],
    'GET /foo/{id}': { anyOf: ['read:foo', 'read:one'] },
    'ANY /any': ['any:any'],
    'GET /any': ['read:any'],
    'GET /whoami': [],
    'GET /open': 'public',
    'GET /': ['read:root'],
    'GET /files/{path+}': ['read:files'],
    'ANY /files/{path+}': ['write:files'],
    'GET /files/secret': ['read:secret'],
    $connect: ['connect:socket'],
  },
  /** One greedy resource leads to the operator's backend. */
  backend: {
    'ANY /{proxy+}': ['base:all'],
    'ANY /admin/{proxy+}': ['admin:all'],
    'GET /items/{id}': ['read:item'],
    'GET /items/special': ['read:special'],
    'GET /items/{id}/raw': ['read:raw'],
    'POST /items': ['create:item'],
    'GET /reports/{rest+}': ['read:reports'],
    'GET /reports': ['list:reports'],
    'GET /public': 'public',
    'GET /a/{x}/c': ['read:c'],
    'DELETE /a/b/{y}': ['delete:y'],
  },
  /** One greedy resource as well, but without a route that covers every path. */
  closed: {
    'GET /admin/{proxy+}': { anyOf: ['admin:all', 'admin:read'] },
    'POST /admin/{proxy+}': ['admin:all', 'admin:write'],
    'GET /items/{id}': [],
    'GET /a/b/{rest+}': ['read:ab'],
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, Setting>>>>;

export interface Call {
  readonly map: keyof typeof MAPS;
  readonly method: string;
  /** The resource as API Gateway names it. */
  readonly resource: string;
  /** The decoded segments of the path; `[]` is `/`. */
  readonly segments: readonly string[];
}

const call = (map: keyof typeof MAPS, method: string, resource: string, ...segments: readonly string[]): Call => ({
  map,
  method,
  resource,
  segments,
});
const behindGreedy = (map: 'backend' | 'closed', method: string, ...segments: readonly string[]) =>
  call(map, method, '/{proxy+}', ...segments);

export const CALLS: readonly Call[] = [
  call('resources', 'GET', '/foo', 'foo'),
  call('resources', 'GET', '/whoami', 'whoami'),
  call('resources', 'POST', '/foo', 'foo'),
  call('resources', 'DELETE', '/foo', 'foo'),
  call('resources', 'GET', '/foo/{id}', 'foo', '42'),
  call('resources', 'GET', '/foo/{id}', 'foo', 'whoami'),
  call('resources', 'POST', '/foo/{id}', 'foo', '42'),
  call('resources', 'GET', '/any', 'any'),
  call('resources', 'PUT', '/any', 'any'),
  call('resources', 'GET', '/open', 'open'),
  call('resources', 'GET', '/'),
  call('resources', 'GET', '/bar', 'bar'),
  call('resources', 'GET', '/files/{path+}', 'files', 'a', 'b'),
  call('resources', 'GET', '/files/{path+}', 'files', 'secret'),
  call('resources', 'PUT', '/files/{path+}', 'files', 'secret'),
  call('resources', 'GET', '/files/{path+}', 'files', 'secret', 'b'),
  behindGreedy('backend', 'GET', 'admin', 'users'),
  behindGreedy('backend', 'PUT', 'admin', 'users', '7'),
  behindGreedy('backend', 'GET', 'admin'),
  behindGreedy('backend', 'POST', 'admin'),
  behindGreedy('backend', 'GET', 'administrator'),
  behindGreedy('backend', 'GET', 'ADMIN', 'users'),
  behindGreedy('backend', 'GET', 'items', '42'),
  behindGreedy('backend', 'GET', 'items', 'special'),
  behindGreedy('backend', 'PUT', 'items', 'special'),
  behindGreedy('backend', 'GET', 'items', '42', 'raw'),
  behindGreedy('backend', 'GET', 'items', 'special', 'raw'),
  behindGreedy('backend', 'GET', 'items', '42', 'other'),
  behindGreedy('backend', 'GET', 'items'),
  behindGreedy('backend', 'POST', 'items'),
  behindGreedy('backend', 'GET', 'reports'),
  behindGreedy('backend', 'POST', 'reports'),
  behindGreedy('backend', 'GET', 'reports', '2026', 'may'),
  behindGreedy('backend', 'GET', 'public'),
  behindGreedy('backend', 'GET', 'a', 'b', 'c'),
  behindGreedy('backend', 'DELETE', 'a', 'b', 'c'),
  behindGreedy('backend', 'GET', 'foo bar', 'ü'),
  behindGreedy('backend', 'GET', 'admin.json'),
  behindGreedy('closed', 'GET', 'admin', 'x'),
  behindGreedy('closed', 'POST', 'admin', 'x', 'y'),
  behindGreedy('closed', 'GET', 'admin'),
  behindGreedy('closed', 'DELETE', 'admin', 'x'),
  behindGreedy('closed', 'GET', 'items', '42'),
  behindGreedy('closed', 'GET', 'items', '42', 'x'),
  behindGreedy('closed', 'GET', 'nowhere'),
  behindGreedy('closed', 'GET', 'a', 'b', 'c'),
  behindGreedy('closed', 'GET', 'a', 'b'),
  call('backend', 'GET', '/'),
  call('closed', 'GET', '/'),
];

export const isGreedyName = (name: string): boolean => name.endsWith('+}');
export const isParameterName = (name: string): boolean => name.startsWith('{') && !isGreedyName(name);

interface Rule {
  readonly method: string;
  readonly names: readonly string[];
  readonly requirement: Requirement;
}

function rulesOf(map: keyof typeof MAPS): readonly Rule[] {
  return Object.entries<Setting>(MAPS[map]).flatMap(([key, setting]) => {
    const [method = '', path = ''] = key.split(' ');
    if (setting === 'public' || path === '') return [];
    const requirement = 'anyOf' in setting ? { anyOf: setting.anyOf } : { allOf: setting };
    return [{ method, names: path.split('/').filter(Boolean), requirement }];
  });
}

/** All scopes of a map, sorted. */
export function scopesOfMap(map: keyof typeof MAPS): readonly string[] {
  const scopes = Object.values<Setting>(MAPS[map]).flatMap((setting) =>
    setting === 'public' ? [] : 'anyOf' in setting ? setting.anyOf : setting,
  );
  return [...new Set(scopes)].sort();
}

export const scopesIn = (requirement: Requirement): readonly string[] =>
  'allOf' in requirement ? requirement.allOf : requirement.anyOf;

/** What a WebSocket connection requires; `undefined` if the map has no route for WebSockets. */
export function connectRequirement(map: keyof typeof MAPS): Requirement | undefined {
  return map === 'resources' ? { allOf: MAPS.resources.$connect } : undefined;
}

/** What a call requires; `undefined` if no route covers it, so that it is denied. */
export function requirementOf({ map, method, resource, segments }: Call): Requirement | undefined {
  const rules = rulesOf(map).filter((rule) => rule.method === method || rule.method === 'ANY');
  const isRootOfBackend = resource === '/' && map !== 'resources';
  const covering =
    isGreedyName(resource) || isRootOfBackend
      ? rules.filter((rule) => covers(rule.names, segments))
      : rules.filter((rule) => `/${rule.names.join('/')}` === resource);
  return covering.reduce<Rule | undefined>((best, rule) => (best && !isCloser(rule, best) ? best : rule), undefined)
    ?.requirement;
}

/** A greedy name covers any number of segments, even none: `/admin/{proxy+}` covers `/admin`. */
function covers(names: readonly string[], segments: readonly string[]): boolean {
  const [name, ...otherNames] = names;
  const [segment, ...otherSegments] = segments;
  if (name === undefined) return segment === undefined;
  if (isGreedyName(name)) return true;
  return segment !== undefined && (isParameterName(name) || name === segment) && covers(otherNames, otherSegments);
}

/**
 * The first segment at which two rules differ decides. If the paths are equal, the rule that names the method is
 * closer.
 */
function isCloser(rule: Rule, than: Rule): boolean {
  const length = Math.max(rule.names.length, than.names.length);
  for (let place = 0; place < length; place += 1) {
    const difference = closeness(rule.names[place]) - closeness(than.names[place]);
    if (difference !== 0) return difference > 0;
  }
  return rule.method !== 'ANY' && than.method === 'ANY';
}

/** A rule that ends here names the path exactly, which is closer than any greedy name. */
function closeness(name: string | undefined): number {
  if (name === undefined) return 3;
  if (isGreedyName(name)) return 0;
  return isParameterName(name) ? 1 : 2;
}
