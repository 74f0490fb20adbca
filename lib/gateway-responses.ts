/** What the gateway itself answers when a request does not reach the backend: 401, 403, 404, 5xx, each with CORS headers. */
import { GatewayResponse, ResponseType, type RestApiBase } from 'aws-cdk-lib/aws-apigateway';
import { Construct } from 'constructs';
import { gatewayResponses, type HeaderSource } from '../src/config/gateway-responses.ts';

export interface GatewayResponsesProps {
  readonly restApi: RestApiBase;
  /** Serves as the realm. */
  readonly audience: string;
  /** Offer Basic beside Bearer in a 401; browsers then ask their user for a password. @default false */
  readonly basicChallenge?: boolean;
}

/** A browser shows a page no answer without the first, and of its headers only those that the second names. */
const CORS_HEADERS = {
  'Access-Control-Allow-Origin': "'*'",
  'Access-Control-Expose-Headers': "'WWW-Authenticate,Retry-After'",
};

export class GatewayResponses extends Construct {
  constructor(
    scope: Construct,
    id: string,
    { restApi: { root }, audience, basicChallenge = false }: GatewayResponsesProps,
  ) {
    super(scope, id);
    for (const { type, statusCode, headers, body } of gatewayResponses(audience, basicChallenge)) {
      const mapped = Object.entries(headers).map(([name, source]) => [name, mapping(source)]);
      new GatewayResponse(this, type, {
        restApi: root.api,
        type: ResponseType.of(type),
        statusCode: String(statusCode),
        responseHeaders: { ...CORS_HEADERS, ...Object.fromEntries(mapped) },
        templates: { 'application/json': JSON.stringify(body) },
      });
    }
    for (const type of [ResponseType.DEFAULT_4XX, ResponseType.DEFAULT_5XX]) {
      new GatewayResponse(this, type.responseType, { restApi: root.api, type, responseHeaders: CORS_HEADERS });
    }
  }
}

/** A fixed text stands in single quotes and cannot hold any. */
function mapping(source: HeaderSource): string {
  return 'text' in source ? `'${source.text.replaceAll("'", '')}'` : `context.authorizer.${source.authorizerContext}`;
}
