/** The resources of the local API, derived from the configured routes. Finds the resource of a request path. */

export interface Resources {
  /**
   * @param method upper case
   * @returns the resource path, such as `/foo/{id}`, or `undefined` if the API has no such method and path
   */
  find(method: string, path: string): string | undefined;
  /** The methods of the resource that matches a path; empty if no resource matches. */
  methodsOf(path: string): readonly string[];
}

interface Resource {
  readonly path: string;
  readonly pattern: RegExp;
  readonly methods: readonly string[];
}

/** @param routeKeys keys such as `GET /foo` */
export function resourcesOf(routeKeys: readonly string[]): Resources {
  const methodsByPath = new Map<string, string[]>();
  for (const key of routeKeys) {
    const [method = '', path = ''] = key.split(' ');
    methodsByPath.set(path, [...(methodsByPath.get(path) ?? []), method]);
  }
  const resources = [...methodsByPath]
    .map(([path, methods]): Resource => ({ path, methods, pattern: toRegExp(path) }))
    .sort((a, b) => (rank(a.path) < rank(b.path) ? -1 : 1));
  const resourceOf = (path: string) => resources.find(({ pattern }) => pattern.test(path));
  return {
    find(method, path) {
      const resource = resourceOf(path);
      const has = resource?.methods.some((known) => known === method || known === 'ANY');
      return has ? resource?.path : undefined;
    },
    methodsOf: (path) => resourceOf(path)?.methods ?? [],
  };
}

function toRegExp(path: string): RegExp {
  const segments = path.split('/').map((segment) => {
    if (/^\{.*\+\}$/.test(segment)) return '.+';
    if (/^\{.*\}$/.test(segment)) return '[^/]+';
    return segment.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${segments.join('/')}$`);
}

/** Sorts literal segments first, then parameters, then greedy parameters. */
function rank(path: string): string {
  return path.replace(/\{[^}]*\+\}/g, '~~').replace(/\{[^}]*\}/g, '~');
}
