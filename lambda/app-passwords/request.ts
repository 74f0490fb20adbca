/** A request, as API Gateway's REST API passes it to the function. Nothing in it is trusted but the context of the authorizer. */
import { isUtf8 } from 'node:buffer';
import { isJsonObject, type JsonObject } from '../../src/core/json.ts';

export interface ApiRequest {
  readonly method: string;
  /** As the API defines it, such as `/app-passwords/{id}`. */
  readonly resource: string;
  /** The path of the request. */
  readonly path: string;
  /** The last part of the path, decoded; `""` if the resource has none. */
  readonly id: string;
  readonly hasQuery: boolean;
  /** From the authorizer. */
  readonly context: JsonObject;
  /** `undefined` if it is not UTF-8. */
  readonly body: Buffer | undefined;
  /** The values of a header. */
  readonly header: (name: string) => readonly string[];
}

/** Whether an event is a request to the API. */
export function isApiEvent(event: unknown): event is JsonObject {
  return isJsonObject(event) && typeof event.httpMethod === 'string' && isJsonObject(event.requestContext);
}

/** Parses the event of a request. What is missing is empty. */
export function parseRequest(event: JsonObject): ApiRequest {
  const { httpMethod, resource, path, pathParameters, requestContext } = event;
  const { queryStringParameters, multiValueQueryStringParameters } = event;
  const context = objectOf(requestContext).authorizer;
  return {
    method: textOf(httpMethod),
    resource: textOf(resource),
    path: textOf(path),
    id: textOf(objectOf(pathParameters).id),
    hasQuery:
      Object.keys({ ...objectOf(queryStringParameters), ...objectOf(multiValueQueryStringParameters) }).length > 0,
    context: objectOf(context),
    body: bodyOf(event),
    header: (name) => headerValues(event, name),
  };
}

function bodyOf({ body, isBase64Encoded }: JsonObject): Buffer | undefined {
  const bytes = Buffer.from(textOf(body), isBase64Encoded === true ? 'base64' : 'utf8');
  return isUtf8(bytes) ? bytes : undefined;
}

/** Names arrive as the client wrote them. `headers` has the last value of each only. */
function headerValues({ headers, multiValueHeaders }: JsonObject, name: string): readonly string[] {
  const fields = isJsonObject(multiValueHeaders) ? multiValueHeaders : objectOf(headers);
  return Object.entries(fields)
    .filter(([candidate]) => candidate.toLowerCase() === name)
    .flatMap(([, value]) => value)
    .filter((value) => typeof value === 'string');
}

function objectOf(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {};
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
