/** What is behind the local API: the demo API, or the operator's own backend behind the function that forwards requests. */
import { randomBytes } from 'node:crypto';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { createProxy } from '../lambda/backend-proxy/proxy.ts';
import { createSender } from '../lambda/backend-proxy/send.ts';
import { handler as demoApi } from '../lambda/demo-api/handler.ts';

/** As in the deployed function. */
const TIMEOUT_MS = 20_000;

export interface LocalBackend {
  readonly handler: (event: APIGatewayProxyEvent) => Promise<APIGatewayProxyResult>;
  /** What the backend receives as `x-gateway-secret`; a new value at each start. */
  readonly gatewaySecret?: string;
}

/** @param log called with one line for each forwarded request */
export function localBackend(
  backendUrl: string | undefined,
  log: (line: string) => void,
  clock: () => number,
): LocalBackend {
  if (backendUrl === undefined) return { handler: demoApi };
  const gatewaySecret = randomBytes(24).toString('base64url');
  const send = createSender(TIMEOUT_MS);
  return {
    handler: createProxy({ backendUrl, send, gatewaySecret: async () => gatewaySecret, log, clock }),
    gatewaySecret,
  };
}
