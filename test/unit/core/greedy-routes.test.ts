import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RouteMap, type RouteSettings, scopesOf } from '../../../src/core/routes.ts';

/** The scopes that a call requires; `undefined` if the map denies it. */
function scopesFor(routes: RouteSettings, method: string, resourcePath: string, path = resourcePath) {
  const requirement = new RouteMap(routes).requirement({ method, resourcePath, path });
  return requirement && scopesOf(requirement);
}

const ADMIN: RouteSettings = { 'ANY /{proxy+}': [], 'ANY /admin/{proxy+}': ['admin'] };

describe('a greedy route', () => {
  it.each(['/admin', '/admin/', '/%61dmin', '/admin/7', '/admin/7/keys'])(
    'applies to its root and to everything below: %s',
    (path) => {
      expect(scopesFor(ADMIN, 'GET', '/{proxy+}', path)).toEqual(['admin']);
    },
  );

  it.each(['/', '/administrator', '/Admin', '/x/admin'])('does not apply outside its root: %s', (path) => {
    expect(scopesFor(ADMIN, 'GET', '/{proxy+}', path)).toEqual([]);
  });

  it('applies to its root if the gateway names the root as a resource', () => {
    expect(scopesFor(ADMIN, 'GET', '/admin')).toEqual(['admin']);
    expect(scopesFor(ADMIN, 'GET', '/admin', '/admin/')).toEqual(['admin']);
    expect(scopesFor({ 'ANY /{proxy+}': ['all'] }, 'GET', '/')).toEqual(['all']);
  });

  it('applies to its root if the gateway names the greedy resource', () => {
    expect(scopesFor(ADMIN, 'GET', '/admin/{proxy+}', '/admin/')).toEqual(['admin']);
  });

  it('applies to a root that ends in a parameter', () => {
    const routes = { 'ANY /{proxy+}': [], 'ANY /admin/{id}/{proxy+}': ['one'] };
    expect(scopesFor(routes, 'GET', '/{proxy+}', '/admin/7')).toEqual(['one']);
    expect(scopesFor(routes, 'GET', '/admin/{id}', '/admin/7')).toEqual(['one']);
    expect(scopesFor(routes, 'GET', '/admin/{name}', '/admin/7')).toBeUndefined();
    expect(scopesFor(routes, 'GET', '/{proxy+}', '/admin')).toEqual([]);
  });

  it('applies to its own method only', () => {
    const routes = { 'ANY /{proxy+}': [], 'GET /admin/{proxy+}': ['admin'] };
    expect(scopesFor(routes, 'GET', '/{proxy+}', '/admin')).toEqual(['admin']);
    expect(scopesFor(routes, 'POST', '/{proxy+}', '/admin')).toEqual([]);
    expect(scopesFor(routes, 'POST', '/{proxy+}', '/admin/7')).toEqual([]);
    expect(scopesFor(routes, 'POST', '/admin')).toBeUndefined();
  });
});

describe('a route that names the root of a greedy route', () => {
  it('applies there with its method or with ANY', () => {
    const greedy = { 'GET /admin/{proxy+}': ['below'] };
    expect(scopesFor({ ...greedy, 'GET /admin': ['root'] }, 'GET', '/{proxy+}', '/admin')).toEqual(['root']);
    expect(scopesFor({ ...greedy, 'ANY /admin': ['root'] }, 'GET', '/{proxy+}', '/admin')).toEqual(['root']);
    expect(scopesFor({ ...greedy, 'ANY /admin': ['root'] }, 'GET', '/{proxy+}', '/admin/')).toEqual(['root']);
    expect(scopesFor({ ...greedy, 'ANY /admin': ['root'] }, 'GET', '/admin')).toEqual(['root']);
  });

  it('leaves the other methods to the greedy route', () => {
    const routes = { ...ADMIN, 'POST /admin': ['post'] };
    expect(scopesFor(routes, 'POST', '/{proxy+}', '/admin')).toEqual(['post']);
    expect(scopesFor(routes, 'GET', '/{proxy+}', '/admin')).toEqual(['admin']);
    expect(scopesFor(routes, 'GET', '/admin')).toEqual(['admin']);
  });

  it('leaves other methods and spellings to the greedy route if it is public', () => {
    const routes: RouteSettings = { ...ADMIN, 'GET /admin': 'public' };
    expect(scopesFor(routes, 'POST', '/admin')).toEqual(['admin']);
    expect(scopesFor(routes, 'GET', '/{proxy+}', '/admin/')).toEqual(['admin']);
  });
});

describe('a parameter route beside a greedy route', () => {
  const routes = { ...ADMIN, 'GET /{id}': ['any:id'], 'GET /{id}/keys': ['any:keys'] };

  it.each(['/{proxy+}', '/{id}'])('does not apply to the root of the greedy route under %s', (resourcePath) => {
    expect(scopesFor(routes, 'GET', resourcePath, '/admin')).toEqual(['admin']);
    expect(scopesFor(routes, 'GET', resourcePath, '/%61dmin')).toEqual(['admin']);
    expect(scopesFor(routes, 'GET', resourcePath, '/users')).toEqual(['any:id']);
  });

  it('does not apply to paths below the root of the greedy route', () => {
    expect(scopesFor(routes, 'GET', '/{id}/keys', '/admin/keys')).toEqual(['admin']);
    expect(scopesFor(routes, 'GET', '/{id}/keys', '/users/keys')).toEqual(['any:keys']);
  });

  it.each(['/admin%2F7', '/admin;', '/admin;x=1', '/..;/admin', '/admin/7/8', '/admin//'])(
    'is denied for a path that the backend may read differently: %s',
    (path) => {
      expect(scopesFor(routes, 'GET', '/{id}', path)).toBeUndefined();
    },
  );
});

describe('a route with a parameter beside a literal one', () => {
  const routes = { 'GET /users/{id}': ['any:user'], 'GET /users/admin': ['admin'] };

  it('applies to its own paths', () => {
    expect(scopesFor(routes, 'GET', '/users/{id}', '/users/7')).toEqual(['any:user']);
    expect(scopesFor(routes, 'GET', '/users/admin', '/users/admin')).toEqual(['admin']);
  });

  it.each(['/users/%61dmin', '/users/admin;', '/users/..;/users/admin'])(
    'does not apply to %s, which the gateway assigns to it and the backend may assign to the literal route',
    (path) => {
      expect(scopesFor(routes, 'GET', '/users/{id}', path)).toBeUndefined();
    },
  );

  it('applies to ids with unusual characters if no other route can be meant', () => {
    const alone = { 'GET /files/{id}': ['any:file'] };
    expect(scopesFor(alone, 'GET', '/files/{id}', '/files/a%2Fb;c')).toEqual(['any:file']);
  });
});

// A model that shares no code with the map: routes as regular expressions.

const METHODS = ['GET', 'POST'];
const NAMES = ['a', 'b', 'c'];
/** Every path of up to three segments. */
const PATHS = [
  '/',
  ...NAMES.flatMap((x) => [`/${x}`, ...NAMES.flatMap((y) => [`/${x}/${y}`, ...NAMES.map((z) => `/${x}/${y}/${z}`)])]),
];
const CALLS = METHODS.flatMap((method) => PATHS.map((path) => ({ method, path })));
type Call = (typeof CALLS)[number];

function coversInModel(key: string, { method, path }: Call): boolean {
  const [ofMethod, pattern = ''] = key.split(' ');
  const expression = pattern.replace(/\/\{\w+\+\}$/, '(/.*)?').replace(/\{\w+\}/g, '[^/]+');
  return (ofMethod === 'ANY' || ofMethod === method) && new RegExp(`^${expression}$`).test(path);
}

/** Returns true if the first route is less specific than the second at the first segment where they differ. */
function isLessSpecificInModel(a: string, b: string): boolean {
  const [methodA = '', ...partsA] = a.split(/ ?\//);
  const [methodB = '', ...partsB] = b.split(/ ?\//);
  for (const [index, part] of partsA.entries()) {
    const other = partsB[index];
    if (part === other) continue;
    if (part.endsWith('+}')) return true;
    return part === '{x}' && other !== undefined && !other.endsWith('+}');
  }
  return partsA.length === partsB.length && methodA === 'ANY' && methodB !== 'ANY';
}

/** Follows the path and keeps only the most specific routes at each segment. */
function applyingRouteInModel(keys: readonly string[], call: Call): string | undefined {
  let left = keys.filter((key) => coversInModel(key, call));
  const segments = call.path === '/' ? [''] : call.path.slice(1).split('/');
  for (const [index, segment] of segments.entries()) {
    const here = (key: string) => key.split('/')[index + 1] ?? 'end';
    const isLiteral = left.filter((key) => here(key) === segment);
    const isParameter = left.filter((key) => /^\{\w+\}$/.test(here(key)));
    left = [isLiteral, isParameter, left].find((some) => some.length > 0) ?? [];
  }
  const ending = left.filter((key) => !key.endsWith('+}'));
  const shortest = ending.length > 0 ? ending : left;
  return shortest.find((key) => !key.startsWith('ANY')) ?? shortest[0];
}

const segment = fc.constantFrom(...NAMES, '{x}');
const routeKey = fc
  .tuple(fc.constantFrom('ANY', ...METHODS), fc.array(segment, { maxLength: 2 }), fc.boolean())
  .map(([method, segments, isGreedy]) => `${method} /${[...segments, ...(isGreedy ? ['{proxy+}'] : [])].join('/')}`);
const routeKeys = fc.uniqueArray(routeKey, { minLength: 1, maxLength: 8 });
const call = fc.constantFrom(...CALLS);

/** The key of the route that applies. Each route requires its own scope, which is its key. */
function applyingRoute(keys: readonly string[], { method, path }: Call, resourcePath: string): string | undefined {
  const routes = Object.fromEntries(keys.map((key) => [key, [key.replace(' ', '')]]));
  const [scope] = scopesFor(routes, method, resourcePath, path) ?? [];
  return keys.find((key) => key.replace(' ', '') === scope);
}

describe('the route that applies to a path', () => {
  it('is the same as in the model, under {proxy+}', () => {
    fc.assert(
      fc.property(routeKeys, call, (keys, called) => {
        expect(applyingRoute(keys, called, '/{proxy+}')).toBe(applyingRouteInModel(keys, called));
      }),
      { numRuns: 5000 },
    );
  });

  it('is never less specific than a greedy route at or above the path, for any resource that the gateway names', () => {
    let judged = 0;
    fc.assert(
      fc.property(routeKeys, call, (keys, called) => {
        const greedy = keys.filter((key) => key.endsWith('+}') && coversInModel(key, called));
        // API Gateway may name any resource that the path belongs to.
        const resources = keys.filter((key) => coversInModel(key, called)).map((key) => key.split(' ')[1] ?? '');
        const roots = resources
          .filter((path) => path.endsWith('+}'))
          .map((path) => path.replace(/\/[^/]*$/, '') || '/');
        const ofPath = roots.filter((root) => coversInModel(`ANY ${root}`, called));
        for (const resourcePath of ['/{proxy+}', ...resources, ...ofPath]) {
          const applied = applyingRoute(keys, called, resourcePath);
          if (applied === undefined) continue;
          judged += 1;
          const wider = greedy.filter((key) => isLessSpecificInModel(applied, key));
          expect(wider, `${applied} applies to ${called.method} ${called.path} at ${resourcePath}`).toEqual([]);
        }
      }),
      { numRuns: 1000 },
    );
    expect(judged).toBeGreaterThan(500);
  });
});
