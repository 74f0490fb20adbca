/** The event of a REST API for a request to the demo API. */
import { isJsonObject, type JsonObject, parseJson } from '../../../src/core/json.ts';
import recorded from '../lambda/events/rest-request.json' with { type: 'json' };

/** @param authorization the header's value */
export function restRequest(authorization: string, method = 'GET', path = '/foo'): JsonObject {
  const methodArn = recorded.methodArn.replace(/\/GET\/.*$/, `/${method}${path}`);
  const event = {
    ...recorded,
    methodArn,
    resource: path,
    path,
    httpMethod: method,
    headers: { ...recorded.headers, authorization },
    multiValueHeaders: { ...recorded.multiValueHeaders, authorization: [authorization] },
    pathParameters: null,
    requestContext: { ...recorded.requestContext, resourcePath: path, httpMethod: method },
  };
  const copy = parseJson(JSON.stringify(event));
  return isJsonObject(copy) ? copy : {};
}
