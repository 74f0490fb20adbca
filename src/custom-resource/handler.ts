/**
 * The handler of custom resources: event in, answer out, always, also shortly before its time is up. Of the event nothing is
 * logged but its type.
 */
import type { Clock } from '../core/clock.ts';
import { NEVER_MADE, type Outcome, perform } from './perform.ts';
import { type CustomResourceRequest, parseCustomResourceRequest } from './request.ts';
import type { CustomResource } from './resource.ts';
import { type ResponsePorts, sendResponse } from './response.ts';

export interface HandlerPorts extends ResponsePorts {
  readonly clock: Clock;
  /** Resolves after so many milliseconds; must not keep the process alive. */
  readonly deadline: (milliseconds: number) => Promise<void>;
  /** Takes one line without its end. */
  readonly log: (line: string) => void;
}

/** The part of Lambda's context that is needed. */
export interface Invocation {
  getRemainingTimeInMillis(): number;
}

/** Kept for sending the answer. */
const ANSWER_MS = 12_000;

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
    const workMs = remainingMs - Math.min(ANSWER_MS, remainingMs / 4);
    const outcome = await withinTime(ports, workMs, request, resources[request.resourceType]);
    log(ports, request, outcome, startedAtMs);
    await sendResponse(ports, request.address, outcome.answer);
  };
}

/** Everything has a deadline of its own; this is for what was not thought of. */
async function withinTime(
  { clock, deadline }: HandlerPorts,
  workMs: number,
  request: CustomResourceRequest,
  resource: CustomResource | undefined,
): Promise<Outcome> {
  if (!resource)
    return failure(request, 'type_unknown', `The function knows no resource type ${request.resourceType}.`);
  const isLate = deadline(workMs).then(() =>
    failure(request, 'timeout', `The work was not done within ${Math.round(workMs / 1000)} s. Deploy again.`),
  );
  return Promise.race([perform(resource, request, { clock, endMs: clock() + workMs * 0.95 }), isLate]);
}

function failure({ physicalId = NEVER_MADE }: CustomResourceRequest, code: string, reason: string): Outcome {
  return { answer: { status: 'FAILED', physicalId, reason }, failures: [{ code, reason }] };
}

function log(
  ports: HandlerPorts,
  { requestType, resourceType }: CustomResourceRequest,
  { answer, failures }: Outcome,
  startedAtMs: number,
): void {
  const durationMs = Math.round(ports.clock() - startedAtMs);
  const line = { event: 'custom_resource', requestType, resourceType, status: answer.status, failures, durationMs };
  ports.log(JSON.stringify(line));
}
