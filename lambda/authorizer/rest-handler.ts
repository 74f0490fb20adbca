/** The authorizer of a REST API: event in, policy out, with a line in the log. */
import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import type { AuthorizerConfiguration } from '../../src/config/authorizer-configuration.ts';
import { type AuthorizerPorts, composeAuthorizer } from './compose.ts';
import type { DecisionLog } from './decision-log.ts';
import { fromRestEvent, toRestResult } from './rest.ts';

export type RestHandler = (event: APIGatewayRequestAuthorizerEvent) => Promise<APIGatewayAuthorizerResult>;

export function createRestHandler(
  configuration: AuthorizerConfiguration,
  ports: AuthorizerPorts,
  log: DecisionLog,
): RestHandler {
  const authorizer = composeAuthorizer(configuration, ports);
  return async (event) => {
    const startedAtMs = ports.clock();
    const request = fromRestEvent(event);
    const decision = await authorizer.decide(request);
    log(request, decision, ports.clock() - startedAtMs);
    return toRestResult(decision, event, configuration.audience);
  };
}
