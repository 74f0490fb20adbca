/**
 * A REST API in front of the real authorizer and the real backend. It caches responses, evaluates policies and writes
 * its own error responses as API Gateway does, so that what fails there fails here.
 */
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import type { AuthorizerHandler } from '../../lambda/authorizer/create-handler.ts';
import type { BasicOffer, ChallengeSettings } from '../../src/config/challenges.ts';
import {
  type AuthorizerErrorType,
  type GatewayResponse,
  gatewayResponses,
} from '../../src/config/gateway-responses.ts';
import { note } from '../inspector/trace.ts';
import { AuthorizerResponses } from './authorizer-responses.ts';
import { authorizerEvent, type GatewayRequest, methodArn, proxyEvent } from './events.ts';
import { allows } from './policy.ts';
import { type ServedMetadata, servedResponse } from './resource-metadata.ts';
import { type Resources, resourcesOf } from './resources.ts';
import { type GatewayRoutes, isPublic } from './routes.ts';

export interface ApiOptions extends GatewayRoutes {
  readonly authorizer: AuthorizerHandler;
  readonly backend: (event: APIGatewayProxyEvent) => Promise<APIGatewayProxyResult>;
  readonly audience: string;
  /** @default the id of the demo API */
  readonly apiId?: string | undefined;
  readonly basicChallenge: BasicOffer;
  /** @default 'off' */
  readonly dpop?: ChallengeSettings['dpop'];
  /** @default the API has no metadata */
  readonly resourceMetadata?: ServedMetadata | undefined;
  /** The JWKS of the signed principal, as text. In a deployment, an API of its own serves it. @default there is none */
  readonly principalJwks?: string | undefined;
  /** How long a response of the authorizer is cached. */
  readonly ttlSeconds: number;
  readonly clock: () => number;
  /**
   * How API Gateway classifies an authorizer that throws. AWS does not document which of the two it uses.
   *
   * @default 'AUTHORIZER_CONFIGURATION_ERROR'
   */
  readonly thrownErrorType?: AuthorizerErrorType;
}

/** A request before the API has found a route for it. */
export type IncomingCall = Omit<GatewayRequest, 'apiId' | 'resourcePath' | 'body'>;

export interface ApiResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: string | Buffer;
}

export interface Api {
  /** Handles one request. */
  (call: IncomingCall, body: Buffer | null): Promise<ApiResponse>;
  /** Forgets all responses of the authorizer. */
  flush(): void;
}

type Context = Readonly<Record<string, unknown>>;
type Authorization =
  | { readonly outcome: 'allowed'; readonly context: Context }
  | { readonly outcome: 'refused'; readonly type: GatewayResponse['type']; readonly context: Context };

export const JWKS_PATH = '/.well-known/jwks.json';
const CORS_HEADERS = { 'access-control-allow-origin': '*' };

export function createApi(options: ApiOptions): Api {
  const { backend, routeKeys, thrownErrorType = 'AUTHORIZER_CONFIGURATION_ERROR' } = options;
  const cacheBy = routeKeys.some((key) => key.endsWith('+}')) ? 'path' : 'resourcePath';
  const authorizerResponses = new AuthorizerResponses(options.authorizer, options.ttlSeconds, options.clock, cacheBy);
  const resources = resourcesOf(routeKeys);
  const responses = gatewayResponses({ ...options, resourceMetadataUrl: options.resourceMetadata?.url });

  const handle = async (call: IncomingCall, body: Buffer | null): Promise<ApiResponse> => {
    const metadata = servedResponse(options.resourceMetadata, call);
    if (metadata) return metadata;
    if (call.method === 'OPTIONS') return preflight(resources, call.path);
    if (options.principalJwks !== undefined && isJwks(call)) return jwksResponse(options.principalJwks);
    const resourcePath = resources.find(call.method, call.path);
    const isOpen = resourcePath !== undefined && isPublic(options, call.method, resourcePath);
    note({ kind: 'route', resourcePath, isPublic: isOpen });
    if (resourcePath === undefined) return refusal(responses, 'MISSING_AUTHENTICATION_TOKEN', {});
    const request = { ...call, apiId: options.apiId, resourcePath, body };
    const authorization = isOpen
      ? ({ outcome: 'allowed', context: {} } as const)
      : await authorize(authorizerResponses, request, thrownErrorType);
    return authorization.outcome === 'allowed'
      ? fromBackend(await backend(proxyEvent(request, authorization.context)))
      : refusal(responses, authorization.type, authorization.context);
  };
  return Object.assign(handle, { flush: () => authorizerResponses.flush() });
}

async function authorize(
  authorizerResponses: AuthorizerResponses,
  request: GatewayRequest,
  thrownErrorType: AuthorizerErrorType,
): Promise<Authorization> {
  const response = await authorizerResponses.get(authorizerEvent(request));
  if (response.kind === 'unauthorized') return refused('UNAUTHORIZED');
  if (response.kind === 'failure') return refused(thrownErrorType);
  const { result } = response;
  const context = result.context ?? {};
  if (!('policyDocument' in result) || !isFlat(context)) return refused('AUTHORIZER_CONFIGURATION_ERROR');
  const { principalId, policyDocument } = result;
  const statements = policyDocument.Statement as Parameters<typeof allows>[0];
  const isAllowed = allows(statements, methodArn(request));
  note({ kind: 'policy', isAllowed });
  return isAllowed ? { outcome: 'allowed', context: { ...context, principalId } } : refused('ACCESS_DENIED', context);
}

function refused(type: GatewayResponse['type'], context: Context = {}): Authorization {
  return { outcome: 'refused', type, context };
}

/** API Gateway rejects a context that contains the reserved name `claims`, or a nested value. */
function isFlat(context: Context): boolean {
  const isScalar = (value: unknown) => ['string', 'number', 'boolean'].includes(typeof value);
  return !('claims' in context) && Object.values(context).every(isScalar);
}

function refusal(responses: readonly GatewayResponse[], type: GatewayResponse['type'], context: Context): ApiResponse {
  const response = responses.find((candidate) => candidate.type === type);
  if (!response) throw new Error(`There is no gateway response ${type}.`);
  const headers = Object.entries(response.headers).map(([name, source]) => {
    return [name, 'text' in source ? source.text : String(context[source.authorizerContext] ?? '')];
  });
  return {
    statusCode: response.statusCode,
    headers: {
      ...CORS_HEADERS,
      'access-control-expose-headers': 'WWW-Authenticate,Retry-After',
      ...Object.fromEntries(headers),
    },
    body: JSON.stringify(response.body),
  };
}

function isJwks({ method, path }: IncomingCall): boolean {
  return ['GET', 'HEAD'].includes(method) && path === JWKS_PATH;
}

function jwksResponse(body: string): ApiResponse {
  return { statusCode: 200, headers: { ...CORS_HEADERS, 'content-type': 'application/json' }, body };
}

/** Responds as a mock integration does: without an authorizer. */
function preflight(resources: Resources, path: string): ApiResponse {
  const methods = resources.methodsOf(path);
  const headers = {
    ...CORS_HEADERS,
    'access-control-allow-methods': ['OPTIONS', ...methods].join(','),
    'access-control-allow-headers': 'Authorization,Content-Type',
  };
  return { statusCode: 204, headers, body: '' };
}

function fromBackend(result: APIGatewayProxyResult): ApiResponse {
  const { statusCode, headers = {}, multiValueHeaders = {}, body, isBase64Encoded = false } = result;
  const fields = Object.entries({ ...headers, ...multiValueHeaders });
  const texts = fields.map(([name, value]) => [name, Array.isArray(value) ? value.map(String) : String(value)]);
  return {
    statusCode,
    headers: Object.fromEntries(texts),
    body: isBase64Encoded ? Buffer.from(body, 'base64') : body,
  };
}
