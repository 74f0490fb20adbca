/** Finds routes that a REST API cannot serve, or that nobody could call, beyond the grammar that applies to every route. */
import { CONNECT_ROUTE, type RouteSetting, type RouteSettings } from '../core/routes.ts';

/** One part of a resource's path that API Gateway accepts. */
const PATH_PART = /^(?:[A-Za-z0-9._:$-]+|\{[A-Za-z0-9._-]+\+?\})$/;
const PARAMETER = /^\{.*\}$/;

/**
 * Describes each route that a REST API cannot have.
 *
 * @param isBehindGreedy whether the operator's own backend serves the routes through `{proxy+}`; then only public
 *   routes are resources of the gateway
 */
export function routeFaults(routes: RouteSettings, isBehindGreedy: boolean): readonly string[] {
  const keys = Object.keys(routes).filter((key) => key !== CONNECT_ROUTE);
  const resourceKeys = isBehindGreedy ? keys.filter((key) => routes[key] === 'public') : keys;
  return [
    ...(CONNECT_ROUTE in routes ? [`"${CONNECT_ROUTE}" is for a WebSocket API, and this is a REST API`] : []),
    ...keys.filter(isOptions).map((key) => `"${key}" cannot be a route, since OPTIONS is open to everyone`),
    ...resourceKeys
      .filter(hasInvalidPart)
      .map((key) => `"${key}" holds characters that API Gateway does not accept in a path`),
    ...(isBehindGreedy ? resourceKeys.filter(hasParameter).map(notLiteral) : siblingParameters(keys)),
  ];
}

/** Whether a path, such as `/foo/bar`, is literal and one that API Gateway accepts. */
export function isResourcePath(path: string): boolean {
  const parts = path.slice(1).split('/');
  return path.startsWith('/') && parts.every((part) => PATH_PART.test(part) && !PARAMETER.test(part));
}

/** The audiences that an authorizer accepts. */
interface AcceptedAudiences {
  readonly audience: string;
  readonly audiences?: readonly string[] | undefined;
}

/** Describes the routes that require an audience that is not accepted. Nobody could call them. */
export function routeAudienceFault(accepted: AcceptedAudiences & { readonly routes?: RouteSettings | undefined }) {
  const { audience, audiences = [], routes = {} } = accepted;
  const faults = Object.entries(routes).flatMap(([key, setting]) => {
    const required = audienceOf(setting);
    return required === undefined || [audience, ...audiences].includes(required)
      ? []
      : [`"${key}" requires the audience ${JSON.stringify(required)}, which is not accepted; add it to "audiences"`];
  });
  return faults.join('; ') || undefined;
}

function audienceOf(setting: RouteSetting): string | undefined {
  return setting !== 'public' && ('allOf' in setting || 'anyOf' in setting) ? setting.audience : undefined;
}

function isOptions(key: string): boolean {
  return key.startsWith('OPTIONS ');
}

function hasInvalidPart(key: string): boolean {
  return partsOf(key).some((part) => part !== '' && !PATH_PART.test(part));
}

function hasParameter(key: string): boolean {
  return partsOf(key).some((part) => PARAMETER.test(part));
}

/** The backend would be open wherever it reads a path differently from the gateway. */
function notLiteral(key: string): string {
  return `"${key}" is public and has a parameter; with backendUrl, a public path must be written out`;
}

/**
 * API Gateway allows one parameter at each place of a path; `{id}` and `{proxy+}` are two. It refuses the second one with "A
 * sibling … of this resource already has a variable path part", but only during the deployment.
 */
function siblingParameters(keys: readonly string[]): readonly string[] {
  const known = new Map<string, string>();
  return [...new Set(keys.map((key) => `/${partsOf(key).join('/')}`))].flatMap((path) => {
    const parts = path.slice(1).split('/');
    return parts.flatMap((part, index) => {
      if (!PARAMETER.test(part)) return [];
      const place = parts.slice(0, index).join('/');
      const first = known.get(place) ?? part;
      known.set(place, first);
      return first === part ? [] : [siblingFault(path, part, first)];
    });
  });
}

function siblingFault(path: string, part: string, first: string): string {
  const fix = isGreedy(part) === isGreedy(first) ? `write ${first} there too` : 'keep the greedy one, or the other one';
  return `"${path}" has ${part} where another route has ${first}, and API Gateway allows one parameter there; ${fix}`;
}

function isGreedy(part: string): boolean {
  return part.endsWith('+}');
}

/** `GET /foo/{id}` → `foo`, `{id}`. */
function partsOf(key: string): readonly string[] {
  return key.slice(key.indexOf('/') + 1).split('/');
}
