/**
 * Responds 404 to every path and method that no route names. Without it, API Gateway treats the `Authorization` header of such
 * a request as an AWS signature: it responds 403 and repeats the credential in the message.
 */
import { GatewayResponse, ResponseType, type RestApi } from 'aws-cdk-lib/aws-apigateway';
import { type HeaderSource, NOT_FOUND } from '../src/config/gateway-responses.ts';
import { type Cors, errorCorsHeaders } from './cors.ts';
import { exemptCatchAll } from './greedy-resources.ts';
import type { GuardedMethods } from './guarded-api.ts';
import { addMockMethod } from './mock-method.ts';

const BODY = JSON.stringify(NOT_FOUND.body);

/**
 * Adds the catch-all to an API, where there is room for it.
 *
 * @param resources the resources of the API's own routes
 */
export function addCatchAll(restApi: RestApi, resources: ReadonlyMap<string, GuardedMethods>, cors: Cors): void {
  const headers = { ...fixedHeaders(NOT_FOUND.headers), ...errorCorsHeaders(cors) };
  const paths = catchAllPaths(resources);
  for (const path of paths) {
    const resource = restApi.root.resourceForPath(path);
    const reason = 'It responds 404 to what no route names, and reaches no backend.';
    addMockMethod(resource, 'ANY', { statusCode: String(NOT_FOUND.statusCode), headers, template: BODY, reason });
    if (!resources.has(path)) exemptCatchAll(resource);
  }
  if (paths.length > 0) addUnreadableBody(restApi, headers);
}

/** `/`, and the greedy path that matches all other paths. Without those that already have an ANY method. */
function catchAllPaths(resources: ReadonlyMap<string, GuardedMethods>): readonly string[] {
  const firstParts = [...resources.keys()].map((path) => path.split('/')[1] ?? '');
  // API Gateway allows only one parameter at each place of a path.
  const parameter = firstParts.find((part) => part.startsWith('{')) ?? '{proxy+}';
  const paths = parameter.endsWith('+}') ? ['/', `/${parameter}`] : ['/'];
  return paths.filter((path) => {
    const { guarded = [], public: open = [] } = resources.get(path) ?? {};
    return ![...guarded, ...open].includes('ANY');
  });
}

/**
 * A mock integration reads only JSON. Any other body would be 415; a route of the API never sends that, since its integration
 * takes every body.
 */
function addUnreadableBody(restApi: RestApi, headers: Readonly<Record<string, string>>): void {
  const quoted = Object.entries(headers).map(([name, value]) => [name, `'${value}'`]);
  new GatewayResponse(restApi, 'CatchAllUnreadableBody', {
    restApi: restApi.root.api,
    type: ResponseType.UNSUPPORTED_MEDIA_TYPE,
    statusCode: String(NOT_FOUND.statusCode),
    responseHeaders: Object.fromEntries(quoted),
    templates: { 'application/json': BODY },
  });
}

function fixedHeaders(headers: Readonly<Record<string, HeaderSource>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, source]) => ('text' in source ? [[name, source.text]] : [])),
  );
}
