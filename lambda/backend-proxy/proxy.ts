/**
 * Passes a request that the authorizer allowed on to the backend. The caller is not trusted: neither for the path, nor for
 * any header that says who the caller is.
 */
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { HttpFailure } from '../../src/core/http.ts';
import { percentEncode } from '../../src/core/percent-encoding.ts';
import { servedPath } from '../../src/core/served-path.ts';
import { requestHeaders } from './request-headers.ts';
import { backendPath, isLiterally } from './request-path.ts';
import { fromBackend, problem } from './response.ts';
import type { SendToBackend } from './send.ts';

export interface ProxyPorts {
  /** The backend's URL. */
  readonly backendUrl: string;
  readonly send: SendToBackend;
  /** Reads the secret by which the backend recognizes this API. */
  readonly gatewaySecret: () => Promise<string>;
  /** Called with one line, without a line break. */
  readonly log: (line: string) => void;
  /** Milliseconds. */
  readonly clock: () => number;
}

export type Proxy = (event: APIGatewayProxyEvent) => Promise<APIGatewayProxyResult>;

/** Makes the proxy. It always responds; a failure becomes a problem document. */
export function createProxy(ports: ProxyPorts): Proxy {
  return async (event) => {
    const startedAtMs = ports.clock();
    const { response, failure } = await pass(event, ports);
    const { httpMethod: method, resource } = event;
    const durationMs = Math.round(ports.clock() - startedAtMs);
    const line = { event: 'backend_request', method, resource, status: response.statusCode, durationMs };
    ports.log(JSON.stringify({ ...line, ...(failure !== undefined && { failure }) }));
    return response;
  };
}

interface Outcome {
  readonly response: APIGatewayProxyResult;
  /** For the log. */
  readonly failure?: string;
}

async function pass(event: APIGatewayProxyEvent, ports: ProxyPorts): Promise<Outcome> {
  // Without the base path of a custom domain: exactly the path that the authorizer checked.
  const served = servedPath(event);
  const path = served === undefined ? undefined : backendPath(served);
  if (served === undefined || path === undefined) {
    return { response: problem(400, 'The path can be read in more than one way.'), failure: 'path_ambiguous' };
  }
  if (!hasPrincipal(event) && !isLiterally(served, event.resource)) {
    return { response: problem(500, 'The request came without a principal.'), failure: 'principal_missing' };
  }
  const gatewaySecret = await orUndefined(ports.gatewaySecret);
  if (gatewaySecret === undefined) {
    return { response: problem(503, 'The backend cannot be called. Try again.'), failure: 'gateway_secret_unreadable' };
  }
  return sendToBackend(event, path, gatewaySecret, ports);
}

async function sendToBackend(
  event: APIGatewayProxyEvent,
  path: string,
  gatewaySecret: string,
  { backendUrl, send }: ProxyPorts,
) {
  try {
    const response = await send({
      method: event.httpMethod,
      url: new URL(`${backendUrl.replace(/\/$/, '')}${path}${queryOf(event)}`),
      headers: requestHeaders(event, gatewaySecret),
      body: event.body ? Buffer.from(event.body, event.isBase64Encoded ? 'base64' : 'utf8') : undefined,
    });
    return { response: fromBackend(response) };
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    return error.reason === 'timeout'
      ? { response: problem(504, 'The backend did not respond in time.'), failure: error.reason }
      : { response: problem(502, 'The backend sent no usable response.'), failure: error.reason };
  }
}

/** Only the authorizer adds a principal; a route without one is public. */
function hasPrincipal({ requestContext: { authorizer } }: APIGatewayProxyEvent): boolean {
  return typeof authorizer?.sub === 'string' && authorizer.sub !== '';
}

/** The gateway passes on the query decoded, so it is encoded again. */
function queryOf({ multiValueQueryStringParameters, queryStringParameters }: APIGatewayProxyEvent): string {
  const parameters = Object.entries(multiValueQueryStringParameters ?? queryStringParameters ?? {});
  const pairs = parameters.flatMap(([name, value]) => [value ?? []].flat().map((one) => [name, one] as const));
  return pairs.length === 0
    ? ''
    : `?${pairs.map((pair) => pair.map((part) => percentEncode(part)).join('=')).join('&')}`;
}

async function orUndefined<Value>(read: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await read();
  } catch {
    return undefined;
  }
}
