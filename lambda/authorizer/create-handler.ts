/** The authorizer of an API of any kind: event in, answer out, with a line in the log. */
import type { AuthorizerConfiguration } from '../../src/config/authorizer-configuration.ts';
import { type AuthorizerEvent, type AuthorizerResult, adapt } from './api-kinds.ts';
import { type AuthorizerPorts, composeAuthorizer } from './compose.ts';
import type { DecisionLog } from './decision-log.ts';

export type AuthorizerHandler = (event: AuthorizerEvent) => Promise<AuthorizerResult>;

export function createHandler(
  configuration: AuthorizerConfiguration,
  ports: AuthorizerPorts,
  log: DecisionLog,
): AuthorizerHandler {
  const authorizer = composeAuthorizer(configuration, ports);
  return async (event) => {
    const startedAtMs = ports.clock();
    const { request, answer } = adapt(event, configuration.audience);
    const decision = await authorizer.decide(request);
    log(request, decision, ports.clock() - startedAtMs);
    return answer(decision);
  };
}
