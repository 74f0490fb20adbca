/** What CloudFormation asks of a custom resource. Parsed, never logged: the address of the answer is a bearer secret. */
import { isJsonObject, type JsonObject } from '../core/json.ts';

export interface CustomResourceRequest {
  readonly requestType: 'Create' | 'Update' | 'Delete';
  readonly resourceType: string;
  /** Absent in a Create. */
  readonly physicalId: string | undefined;
  /** Those of the resource itself, without CloudFormation's own. Unverified. */
  readonly properties: JsonObject;
  /** In an Update, the properties before it; `{}` otherwise. In a rollback, those that could not be had. */
  readonly oldProperties: JsonObject;
  readonly address: ResponseAddress;
}

/** What an answer has to carry, and where it goes. */
export interface ResponseAddress {
  /** Presigned: whoever has it can answer in our place. */
  readonly responseUrl: string;
  readonly stackId: string;
  readonly requestId: string;
  readonly logicalResourceId: string;
}

/**
 * Parses the event.
 *
 * @throws TypeError without anything of the event in it
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html
 */
export function parseCustomResourceRequest(event: unknown): CustomResourceRequest {
  if (!isJsonObject(event)) throw notOne('an object');
  const { RequestType: requestType, PhysicalResourceId: physicalId } = event;
  if (requestType !== 'Create' && requestType !== 'Update' && requestType !== 'Delete') throw notOne('a "RequestType"');
  return {
    requestType,
    resourceType: textOf(event, 'ResourceType'),
    physicalId: typeof physicalId === 'string' ? physicalId : undefined,
    properties: ownProperties(event.ResourceProperties),
    oldProperties: ownProperties(event.OldResourceProperties),
    address: {
      responseUrl: textOf(event, 'ResponseURL'),
      stackId: textOf(event, 'StackId'),
      requestId: textOf(event, 'RequestId'),
      logicalResourceId: textOf(event, 'LogicalResourceId'),
    },
  };
}

function ownProperties(value: unknown): JsonObject {
  if (!isJsonObject(value)) return {};
  const { ServiceToken: _token, ServiceTimeout: _timeout, ...own } = value;
  return own;
}

function textOf(event: JsonObject, member: string): string {
  const value = event[member];
  if (typeof value === 'string' && value !== '') return value;
  throw notOne(`a "${member}"`);
}

function notOne(expected: string): TypeError {
  return new TypeError(`The event is not one of CloudFormation's for a custom resource: expected ${expected}.`);
}
