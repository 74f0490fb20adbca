/**
 * The handler of custom resources: parses the event, does the work, and always sends a response, at the latest shortly
 * before Lambda stops the function. Of the event, it logs only the types.
 */
import type { Clock } from '../core/clock.ts';
import { NEVER_CREATED, type Outcome, perform } from './perform.ts';
import {
  type CustomResourceRequest,
  parseCustomResourceRequest,
  type ResponsePorts,
  sendResponse,
} from './protocol.ts';
import type { CustomResource } from './resource.ts';

export interface HandlerPorts extends ResponsePorts {
  readonly clock: Clock;
  /** Resolves after this many milliseconds; must not keep the process alive. */
  readonly deadline: (milliseconds: number) => Promise<void>;
  /** Called with one line, without a line break. */
  readonly log: (line: string) => void;
}

/** The part of Lambda's context that is needed. */
export interface Invocation {
  getRemainingTimeInMillis(): number;
}

/** Reserved for sending the response. */
const RESPONSE_MS = 12_000;
/** The work's own deadline, as a share of its time. It should end by itself before the handler stops waiting. */
const OWN_DEADLINE_SHARE = 0.95;

/**
 * Makes the handler.
 *
 * @param resources by CloudFormation's resource type, such as `Custom::SigningKey`
 */
export function createCustomResourceHandler(
  resources: Readonly<Record<string, CustomResource>>,
  ports: HandlerPorts,
): (event: unknown, invocation: Invocation) => Promise<void> {
  return async (event, invocation) => {
    const startedAtMs = ports.clock();
    const request = parseCustomResourceRequest(event);
    const remainingMs = invocation.getRemainingTimeInMillis();
    const workMs = remainingMs - Math.min(RESPONSE_MS, remainingMs / 4);
    const outcome = await performWithin(ports, workMs, request, resources[request.resourceType]);
    log(ports, request, outcome, startedAtMs);
    await sendResponse(ports, request.address, outcome.response);
  };
}

/** A safety net: every step of the work should have a deadline of its own. */
async function performWithin(
  { clock, deadline }: HandlerPorts,
  workMs: number,
  request: CustomResourceRequest,
  resource: CustomResource | undefined,
): Promise<Outcome> {
  if (!resource)
    return failure(request, 'type_unknown', `The function does not know the resource type ${request.resourceType}.`);
  const isLate = deadline(workMs).then(() =>
    failure(request, 'timeout', `The work was not finished within ${Math.round(workMs / 1000)} s. Deploy again.`),
  );
  const endMs = clock() + workMs * OWN_DEADLINE_SHARE;
  return Promise.race([perform(resource, request, { clock, endMs }), isLate]);
}

function failure({ physicalId = NEVER_CREATED }: CustomResourceRequest, code: string, reason: string): Outcome {
  return { response: { status: 'FAILED', physicalId, reason }, failures: [{ code, reason }] };
}

function log(
  ports: HandlerPorts,
  { requestType, resourceType }: CustomResourceRequest,
  { response: { status }, failures }: Outcome,
  startedAtMs: number,
): void {
  const durationMs = Math.round(ports.clock() - startedAtMs);
  const line = { event: 'custom_resource', requestType, resourceType, status, failures, durationMs };
  ports.log(JSON.stringify(line));
}
