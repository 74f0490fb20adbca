/** Makes the authorizer's handler, for every kind of API: it decides about an event and writes one line to the log. */

import { type AuthorizerPorts, composeAuthorizer } from '../../src/authorizer/compose.ts';
import type { AuthorizerConfiguration } from '../../src/config/authorizer-configuration.ts';
import type { IssuerEvent } from '../../src/issuer/issuer-endpoint.ts';
import { type AuthorizerEvent, type AuthorizerResult, adapt } from './api-kinds.ts';
import { decisionRecord } from './decision-record.ts';
import { embeddedMetrics } from './embedded-metrics.ts';

export type AuthorizerHandler = (event: AuthorizerEvent) => Promise<AuthorizerResult>;

/** @param writeLine is called with one line of the log, without a line break */
export function createHandler(
  configuration: AuthorizerConfiguration,
  ports: AuthorizerPorts,
  writeLine: (line: string) => void,
): AuthorizerHandler {
  const { audience, logSubject } = configuration;
  const authorizer = composeAuthorizer(configuration, ports);
  return async (event) => {
    const startedAtMs = ports.clock();
    const issuerEvents: IssuerEvent[] = [];
    const { request, toResult } = adapt(event, audience);
    const decision = await authorizer.decide(request, (seen) => issuerEvents.push(seen));
    const nowMs = ports.clock();
    const record = decisionRecord({ request, decision, durationMs: nowMs - startedAtMs, issuerEvents }, logSubject);
    writeLine(embeddedMetrics(record, issuerEvents, { audience, nowMs }));
    return toResult(decision);
  };
}
