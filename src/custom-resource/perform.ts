/**
 * Carries out one request on a custom resource: make, change, replace, take away, and undo what fails half way. CloudFormation
 * may repeat a request, and may never hear of one that was carried out; both are taken into account.
 */
import type { Clock } from '../core/clock.ts';
import { describeFailure, type Failure } from '../core/failure.ts';
import type { CustomResourceRequest } from './request.ts';
import type { CustomResource } from './resource.ts';
import type { CustomResourceResponse } from './response.ts';

export interface Time {
  readonly clock: Clock;
  /** Epoch milliseconds by which the work must be done. */
  readonly endMs: number;
}

/** The answer, and for the log what went wrong on the way. */
export interface Outcome {
  readonly answer: CustomResourceResponse;
  readonly failures: readonly Failure[];
}

/** The physical id of what never was: its deletion is none. */
export const NEVER_MADE = 'never-made';

/** The part of the time that is kept for undoing what failed. */
const UNDOING_SHARE = 1 / 3;

/** Carries out a request. Never rejects. */
export async function perform(resource: CustomResource, request: CustomResourceRequest, time: Time): Promise<Outcome> {
  return request.requestType === 'Delete' ? remove(resource, request, time) : put(resource, request, time);
}

async function put(resource: CustomResource, request: CustomResourceRequest, time: Time): Promise<Outcome> {
  const { properties, physicalId } = request;
  let id: string | undefined;
  try {
    id = resource.identify(properties);
    const timeoutMs = (time.endMs - time.clock()) * (1 - UNDOING_SHARE);
    const attributes = await resource.put(id, properties, { requestId: request.address.requestId, timeoutMs });
    await removeAbandoned(resource, request, id, time);
    return { answer: { status: 'SUCCESS', physicalId: id, attributes }, failures: [] };
  } catch (error) {
    const failure = describeFailure(error);
    // Only a Create: what a failed Update has done is taken away by the one that CloudFormation sends back. And it may be that
    // one itself, back from a replacement to what was in force all the time: to undo it would take that away.
    const isCreate = request.requestType === 'Create' && id !== undefined;
    const failures = [failure, ...(isCreate ? await undo(resource, request, id ?? NEVER_MADE, time) : [])];
    // A failed Update keeps the old id, or CloudFormation would take the new one for made.
    return { answer: failed(physicalId ?? id ?? NEVER_MADE, failures), failures };
  }
}

/**
 * Going back from a replacement that failed, or that nobody answered for: CloudFormation knows nothing of its id, but hands back its
 * properties as the old ones.
 */
async function removeAbandoned(resource: CustomResource, request: CustomResourceRequest, id: string, time: Time) {
  const { requestType, physicalId, oldProperties } = request;
  if (requestType !== 'Update' || id !== physicalId) return;
  const abandoned = tryIdentify(resource, oldProperties);
  if (abandoned !== undefined && abandoned !== id)
    await take(resource, abandoned, { ...request, properties: oldProperties }, time);
}

async function undo(resource: CustomResource, request: CustomResourceRequest, id: string, time: Time) {
  try {
    await take(resource, id, request, time);
    return [];
  } catch (error) {
    const { reason, ...failure } = describeFailure(error);
    return [{ ...failure, reason: `What had been done could not be undone: ${reason}` }];
  }
}

/** A Create that nobody answered for is deleted under an id that CloudFormation made up; its properties tell the real one. */
async function remove(resource: CustomResource, request: CustomResourceRequest, time: Time): Promise<Outcome> {
  const { physicalId = NEVER_MADE, properties } = request;
  const derived = tryIdentify(resource, properties);
  try {
    for (const id of new Set([physicalId, derived ?? physicalId])) {
      if (id !== NEVER_MADE) await take(resource, id, request, time);
    }
    return { answer: { status: 'SUCCESS', physicalId, attributes: {} }, failures: [] };
  } catch (error) {
    const failures = [describeFailure(error)];
    return { answer: failed(physicalId, failures), failures };
  }
}

async function take(
  resource: CustomResource,
  id: string,
  { properties, address: { requestId } }: CustomResourceRequest,
  { clock, endMs }: Time,
): Promise<void> {
  await resource.remove(id, properties, { requestId, timeoutMs: endMs - clock() });
}

function tryIdentify(resource: CustomResource, properties: CustomResourceRequest['properties']): string | undefined {
  try {
    return resource.identify(properties);
  } catch {
    return undefined;
  }
}

function failed(physicalId: string, failures: readonly Failure[]): CustomResourceResponse {
  return { status: 'FAILED', physicalId, reason: failures.map(({ reason }) => reason).join(' ') };
}
