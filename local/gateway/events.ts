/** Builds the events that API Gateway would send for an HTTP request: one for the authorizer, one for the backend. */
import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import type {
  APIGatewayEventClientCertificate,
  APIGatewayProxyEvent,
  APIGatewayRequestAuthorizerEvent,
} from 'aws-lambda';
import type { WebSocketEvent } from '../../lambda/authorizer/websocket.ts';

const API_ID = 'localapi';
const STAGE = 'local';

/** A request as the gateway parsed it. */
export interface GatewayRequest {
  /** The id of the API. @default that of the demo API */
  readonly apiId?: string | undefined;
  readonly method: string;
  /** Still percent-encoded, without the query. */
  readonly path: string;
  /** Without the question mark. @default none */
  readonly query?: string;
  readonly resourcePath: string;
  readonly sourceIp: string;
  /** Of mutual TLS. @default none */
  readonly clientCertificate?: APIGatewayEventClientCertificate | undefined;
  /** The header fields in order, with names as the caller spelled them. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer | null;
}

/** Returns names and values unchanged, including repeated fields. */
export function headerFields({ rawHeaders }: IncomingMessage): GatewayRequest['fields'] {
  return rawHeaders.flatMap((name, index) => (index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? ''] as const] : []));
}

/** The route `$connect` of the WebSocket API. */
export const CONNECT_ARN = 'arn:aws:execute-api:local:000000000000:localsocket/local/$connect';

/** The event of a request for a WebSocket. */
export function connectEvent(request: IncomingMessage): WebSocketEvent {
  const fields = headerFields(request);
  return {
    methodArn: CONNECT_ARN,
    ...headersOf(fields),
    requestContext: {
      eventType: 'CONNECT',
      requestId: 'local',
      identity: { sourceIp: request.socket.remoteAddress ?? '' },
    },
  };
}

export function methodArn({ apiId = API_ID, method, path }: GatewayRequest): string {
  return `arn:aws:execute-api:local:000000000000:${apiId}/${STAGE}/${method}${path}`;
}

export function authorizerEvent(request: GatewayRequest): APIGatewayRequestAuthorizerEvent {
  return {
    ...common(request),
    type: 'REQUEST',
    methodArn: methodArn(request),
    requestContext: context(request, undefined),
  };
}

/** @param authorizer the context from the authorizer's response */
export function proxyEvent(
  request: GatewayRequest,
  authorizer: Readonly<Record<string, unknown>>,
): APIGatewayProxyEvent {
  return {
    ...common(request),
    ...bodyOf(request),
    requestContext: context(request, { ...authorizer }),
  };
}

/** Text goes as text, other bytes as base64. */
function bodyOf({ body }: GatewayRequest): Pick<APIGatewayProxyEvent, 'body' | 'isBase64Encoded'> {
  const isBase64Encoded = body !== null && !isUtf8(body);
  return { body: body?.toString(isBase64Encoded ? 'base64' : 'utf8') ?? null, isBase64Encoded };
}

function headersOf(fields: GatewayRequest['fields']) {
  const multiValueHeaders: Record<string, string[]> = {};
  for (const [name, value] of fields) multiValueHeaders[name] = [...(multiValueHeaders[name] ?? []), value];
  return { headers: Object.fromEntries(fields), multiValueHeaders };
}

function common({ method, path, query = '', resourcePath, fields }: GatewayRequest) {
  return {
    resource: resourcePath,
    path,
    httpMethod: method,
    ...headersOf(fields),
    pathParameters: pathParameters(resourcePath, path),
    ...queryParameters(query),
    stageVariables: null,
  };
}

/** Decoded, as API Gateway passes them on; `null` without a query. */
function queryParameters(query: string) {
  if (query === '') return { queryStringParameters: null, multiValueQueryStringParameters: null };
  const parameters = new URLSearchParams(query);
  const names = [...new Set(parameters.keys())];
  return {
    queryStringParameters: Object.fromEntries(parameters),
    multiValueQueryStringParameters: Object.fromEntries(names.map((name) => [name, parameters.getAll(name)])),
  };
}

/**
 * The values of a resource's parameters as the caller wrote them, or `null` if the resource has no parameters. A
 * trailing slash is not part of a value.
 */
function pathParameters(resourcePath: string, path: string): Record<string, string> | null {
  const written = path.replace(/\/$/, '').split('/');
  const found = resourcePath.split('/').flatMap((segment, index): (readonly [string, string])[] => {
    const [, name, greedy] = /^\{([^}+]+)(\+?)\}$/.exec(segment) ?? [];
    if (name === undefined) return [];
    return [[name, greedy === '+' ? written.slice(index).join('/') : (written[index] ?? '')]];
  });
  return found.length === 0 ? null : Object.fromEntries(found);
}

function context<Authorizer>(request: GatewayRequest, authorizer: Authorizer) {
  const { apiId = API_ID, method, path, resourcePath, sourceIp, clientCertificate = null } = request;
  return {
    accountId: '000000000000',
    apiId,
    authorizer,
    httpMethod: method,
    identity: { ...NO_IDENTITY, sourceIp, clientCert: clientCertificate },
    path: `/${STAGE}${path}`,
    protocol: 'HTTP/1.1',
    requestId: 'local',
    requestTimeEpoch: 0,
    resourceId: 'local',
    resourcePath,
    stage: STAGE,
  };
}

const NO_IDENTITY = {
  accessKey: null,
  accountId: null,
  apiKey: null,
  apiKeyId: null,
  caller: null,
  clientCert: null,
  cognitoAuthenticationProvider: null,
  cognitoAuthenticationType: null,
  cognitoIdentityId: null,
  cognitoIdentityPoolId: null,
  principalOrgId: null,
  user: null,
  userAgent: null,
  userArn: null,
};
