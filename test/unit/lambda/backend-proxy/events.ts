/** Events as API Gateway sends them to a Lambda proxy integration. */
import type { APIGatewayProxyEvent } from 'aws-lambda';

export const PRINCIPAL = {
  principalId: 'auth0|1234',
  sub: 'auth0|1234',
  username: 'zoë@example.com',
  scope: 'read:foo create:foo',
  token_type: 'access_token',
  client_id: '',
  org_id: '',
  iss: 'https://tenant.auth0.com/',
  exp: '1490234011',
};

export interface EventParts {
  readonly httpMethod?: string;
  readonly path?: string;
  readonly resource?: string;
  /** @default under `/{proxy+}`, the whole path */
  readonly pathParameters?: Readonly<Record<string, string>> | null;
  readonly headers?: Readonly<Record<string, string[]>>;
  readonly query?: Readonly<Record<string, string[]>>;
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
  /** `null` for a public route. */
  readonly authorizer?: Readonly<Record<string, unknown>> | null;
  readonly domainName?: string;
}

export function proxyEvent(parts: EventParts = {}): APIGatewayProxyEvent {
  const { resource = '/{proxy+}', path = '/orders/1' } = parts;
  const matched = resource === '/{proxy+}' ? { proxy: path.slice(1) } : null;
  const event = {
    resource,
    path,
    httpMethod: parts.httpMethod ?? 'GET',
    headers: null,
    multiValueHeaders: parts.headers ?? {},
    queryStringParameters: null,
    multiValueQueryStringParameters: parts.query ?? null,
    pathParameters: parts.pathParameters === undefined ? matched : parts.pathParameters,
    stageVariables: null,
    body: parts.body ?? null,
    isBase64Encoded: parts.isBase64Encoded ?? false,
    requestContext: {
      authorizer: parts.authorizer === undefined ? PRINCIPAL : parts.authorizer,
      domainName: parts.domainName,
    },
  };
  // An event has more members than a proxy reads.
  return event as unknown as APIGatewayProxyEvent;
}
