/** Adds the gateway's own responses to an API, with headers that all of them have. */
import { GatewayResponse, ResponseType, type RestApiBase } from 'aws-cdk-lib/aws-apigateway';
import type { Construct } from 'constructs';
import type { ChallengeSettings } from '../src/config/challenges.ts';
import { gatewayResponses, type HeaderSource } from '../src/config/gateway-responses.ts';

/** The responses of one API, with the headers that all of them have. */
export interface AddedResponses extends ChallengeSettings {
  readonly restApi: RestApiBase;
  readonly headers: Readonly<Record<string, string>>;
}

/** Adds the responses to a construct. */
export function addGatewayResponses(scope: Construct, props: AddedResponses): void {
  const restApi = props.restApi.root.api;
  const common = quoted(props.headers);
  for (const { type, statusCode, headers, body } of gatewayResponses(props)) {
    const mapped = Object.entries(headers).map(([name, source]) => [name, mapping(source)]);
    new GatewayResponse(scope, type, {
      restApi,
      type: ResponseType.of(type),
      statusCode: String(statusCode),
      responseHeaders: { ...common, ...Object.fromEntries(mapped) },
      templates: { 'application/json': JSON.stringify(body) },
    });
  }
  for (const type of [ResponseType.DEFAULT_4XX, ResponseType.DEFAULT_5XX]) {
    new GatewayResponse(scope, type.responseType, { restApi, type, responseHeaders: common });
  }
}

/** A fixed text is written in single quotes, so it cannot contain any. */
function mapping(source: HeaderSource): string {
  return 'text' in source ? `'${source.text.replaceAll("'", '')}'` : `context.authorizer.${source.authorizerContext}`;
}

function quoted(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, `'${value}'`]));
}
