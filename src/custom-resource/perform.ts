/**
 * Carries out one request on a custom resource: create, update, replace, delete, and undo a failed create. CloudFormation may
 * repeat a request, and may never get the response to one that was carried out; both are handled.
 */
import type { Clock } from '../core/clock.ts';
import { describeFailure, type Failure } from '../core/failure.ts';
import type { CustomResourceRequest, CustomResourceResponse } from './protocol.ts';
import type { CustomResource } from './resource.ts';

export interface Time {
  readonly clock: Clock;
  /** Epoch milliseconds by which the work must be done. */
  readonly endMs: number;
}

/** The response, and what failed, for the log. */
export interface Outcome {
  readonly response: CustomResourceResponse;
  readonly failures: readonly Failure[];
}

/** Placeholder id of a resource that was never created; deleting it does nothing. */
export const NEVER_CREATED = 'never-made';

/** The share of the time that is reserved for undoing a failed create. */
const UNDO_SHARE = 1 / 3;

/** Carries out a request. Never rejects. */
export async function perform(resource: CustomResource, request: CustomResourceRequest, time: Time): Promise<Outcome> {
  return request.requestType === 'Delete'
    ? performDelete(resource, request, time)
    : performPut(resource, request, time);
}

async function performPut(resource: CustomResource, request: CustomResourceRequest, time: Time): Promise<Outcome> {
  const { properties, physicalId } = request;
  let id: string | undefined;
  try {
    id = resource.identify(properties);
    const timeoutMs = (time.endMs - time.clock()) * (1 - UNDO_SHARE);
    const attributes = await resource.put(id, properties, { requestId: request.address.requestId, timeoutMs });
    await removeAbandoned(resource, request, id, time);
    return { response: { status: 'SUCCESS', physicalId: id, attributes }, failures: [] };
  } catch (error) {
    const failure = describeFailure(error);
    // Only a Create is undone. After a failed Update, CloudFormation sends another Update with the old properties. The
    // failed Update may itself be such a rollback, to properties that were in force all along. Undoing it would remove
    // them.
    const isCreate = request.requestType === 'Create';
    const failures = [failure, ...(isCreate && id !== undefined ? await undo(resource, request, id, time) : [])];
    // A failed Update reports the old id. Otherwise CloudFormation would assume that the new one was created.
    return { response: failed(physicalId ?? id ?? NEVER_CREATED, failures), failures };
  }
}

/**
 * Removes the replacement that a rollback abandons. If creating it failed or sent no response, CloudFormation does not
 * know its id, but sends its properties as the old ones.
 */
async function removeAbandoned(resource: CustomResource, request: CustomResourceRequest, id: string, time: Time) {
  const { requestType, physicalId, oldProperties } = request;
  if (requestType !== 'Update' || id !== physicalId) return;
  const abandoned = identifyIfValid(resource, oldProperties);
  if (abandoned !== undefined && abandoned !== id)
    await remove(resource, abandoned, { ...request, properties: oldProperties }, time);
}

async function undo(resource: CustomResource, request: CustomResourceRequest, id: string, time: Time) {
  try {
    await remove(resource, id, request, time);
    return [];
  } catch (error) {
    const { reason, ...failure } = describeFailure(error);
    return [{ ...failure, reason: `The changes could not be undone: ${reason}` }];
  }
}

/** A Create without a response is deleted under an id that CloudFormation made up; the properties give the real one. */
async function performDelete(resource: CustomResource, request: CustomResourceRequest, time: Time): Promise<Outcome> {
  const { physicalId = NEVER_CREATED, properties } = request;
  const derived = identifyIfValid(resource, properties);
  try {
    for (const id of new Set([physicalId, derived ?? physicalId])) {
      if (id !== NEVER_CREATED) await remove(resource, id, request, time);
    }
    return { response: { status: 'SUCCESS', physicalId, attributes: {} }, failures: [] };
  } catch (error) {
    const failures = [describeFailure(error)];
    return { response: failed(physicalId, failures), failures };
  }
}

async function remove(
  resource: CustomResource,
  id: string,
  { properties, address: { requestId } }: CustomResourceRequest,
  { clock, endMs }: Time,
): Promise<void> {
  await resource.remove(id, properties, { requestId, timeoutMs: endMs - clock() });
}

function identifyIfValid(
  resource: CustomResource,
  properties: CustomResourceRequest['properties'],
): string | undefined {
  try {
    return resource.identify(properties);
  } catch {
    return undefined;
  }
}

function failed(physicalId: string, failures: readonly Failure[]): CustomResourceResponse {
  return { status: 'FAILED', physicalId, reason: failures.map(({ reason }) => reason).join(' ') };
}
