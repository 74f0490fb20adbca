/** Makes the authorizer's handler, for every kind of API: it decides about an event and writes one line to the log. */

import type { Authorizer, DecisionEvent } from '../../src/authorizer/authorizer.ts';
import { type AuthorizerPorts, composeAuthorizer } from '../../src/authorizer/compose.ts';
import type { AuthorizerConfiguration } from '../../src/config/authorizer-configuration.ts';
import { type AuthorizerEvent, type AuthorizerResult, adapt } from './api-kinds.ts';
import { decisionRecord } from './decision-record.ts';
import { embeddedMetrics } from './embedded-metrics.ts';
import { type Headers, headerValues } from './header-values.ts';
import { ViewerAddress } from './viewer-address.ts';

export type AuthorizerHandler = (event: AuthorizerEvent) => Promise<AuthorizerResult>;

export interface HandlerPorts extends AuthorizerPorts {
  /** Reads the current and the previous origin secret. Required if `viewerAddressHeader` is configured. */
  readonly originSecrets?: (() => Promise<readonly string[]>) | undefined;
}

/** @param writeLine is called with one line of the log, without a line break */
export function createHandler(
  configuration: AuthorizerConfiguration,
  ports: HandlerPorts,
  writeLine: (line: string) => void,
  authorizer: Authorizer = composeAuthorizer(configuration, ports),
): AuthorizerHandler {
  const { audience } = configuration;
  const viewerAddress = viewerAddressOf(configuration, ports);
  return async (event) => {
    const startedAtMs = ports.clock();
    const events: DecisionEvent[] = [];
    const { request, headers, requestId, toResult } = adapt(event, configuration);
    const viewed = viewerAddress ? { ...request, viewerAddress: () => viewerAddress.of(headers) } : request;
    const decision = await authorizer.decide(viewed, (happened) => events.push(happened));
    const nowMs = ports.clock();
    const ids = { requestId, traceId: traceIdOf(headers) };
    const record = decisionRecord(
      { request, decision, durationMs: nowMs - startedAtMs, events, ...ids },
      configuration,
    );
    writeLine(embeddedMetrics(record, events, { audience, nowMs }));
    return toResult(decision);
  };
}

function viewerAddressOf(
  { viewerAddressHeader: header }: AuthorizerConfiguration,
  { originSecrets: readSecrets, clock }: HandlerPorts,
): ViewerAddress | undefined {
  return header === undefined || !readSecrets ? undefined : new ViewerAddress({ header, readSecrets, clock });
}

/**
 * The id that the caller's own tracing gave the request. Only the standard form, which cannot hold a credential.
 *
 * @see https://www.w3.org/TR/trace-context/#traceparent-header
 */
function traceIdOf(headers: Headers | null | undefined): string | undefined {
  const [value = '', ...others] = headerValues(headers, 'traceparent');
  const id = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}(?:-|$)/.exec(value)?.[1];
  return others.length > 0 || /^0*$/.test(id ?? '') ? undefined : id;
}
