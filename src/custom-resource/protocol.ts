/**
 * CloudFormation's protocol for custom resources: parses the event, and sends the response. The response URL is a
 * bearer secret: no log and no error contains it.
 */
import type { HttpPort } from '../core/http.ts';
import { isJsonObject, type JsonObject } from '../core/json.ts';
import { isSecureUrl } from '../core/secure-url.ts';

export interface CustomResourceRequest {
  readonly requestType: 'Create' | 'Update' | 'Delete';
  readonly resourceType: string;
  /** Absent in a Create. */
  readonly physicalId: string | undefined;
  /** Those of the resource itself, without CloudFormation's own. Unverified. */
  readonly properties: JsonObject;
  /** The previous properties in an Update (in a rollback, those that failed); `{}` otherwise. */
  readonly oldProperties: JsonObject;
  readonly address: ResponseAddress;
}

/** Where the response goes, and what it must repeat. */
export interface ResponseAddress {
  /** Presigned: anyone who has it can respond in our place. */
  readonly responseUrl: string;
  readonly stackId: string;
  readonly requestId: string;
  readonly logicalResourceId: string;
}

export type CustomResourceResponse =
  | {
      readonly status: 'SUCCESS';
      readonly physicalId: string;
      /** For `Fn::GetAtt`. Public. */
      readonly attributes: Attributes;
    }
  | {
      readonly status: 'FAILED';
      readonly physicalId: string;
      /** Shown to the operator, and stored in the stack's events. */
      readonly reason: string;
    };

export type Attributes = Readonly<Record<string, string>>;

export interface ResponsePorts {
  readonly http: HttpPort;
  /** Resolves after this many milliseconds. */
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/** A response may have 4,096 bytes in all; ids and attributes need the rest. */
const LONGEST_REASON = 1500;
const ATTEMPT_TIMEOUT_MS = 4000;
const WAITS_MS = [300, 1200];

/**
 * Parses the event.
 *
 * @throws TypeError with nothing of the event in its message
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html
 */
export function parseCustomResourceRequest(event: unknown): CustomResourceRequest {
  if (!isJsonObject(event)) throw invalidEvent('an object');
  const { RequestType: requestType, PhysicalResourceId: physicalId } = event;
  if (requestType !== 'Create' && requestType !== 'Update' && requestType !== 'Delete') {
    throw invalidEvent('a "RequestType"');
  }
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

/**
 * Sends the response, in up to three attempts. Until it arrives, the stack hangs.
 *
 * @throws Error if it could not be delivered; Lambda then runs the event again, which does no harm
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html
 */
export async function sendResponse(
  ports: ResponsePorts,
  address: ResponseAddress,
  response: CustomResourceResponse,
): Promise<void> {
  if (!isSecureUrl(address.responseUrl)) throw new TypeError('The ResponseURL is neither https nor http to loopback.');
  const body = JSON.stringify(bodyOf(address, response));
  for (const waitMs of WAITS_MS) {
    if (await isAccepted(ports, address, body)) return;
    await ports.sleep(waitMs);
  }
  if (!(await isAccepted(ports, address, body))) throw new Error('CloudFormation did not accept the response.');
}

async function isAccepted(
  { http }: ResponsePorts,
  { responseUrl: url }: ResponseAddress,
  body: string,
): Promise<boolean> {
  try {
    // No content type: the presigned URL was signed without one.
    const { status } = await http({ method: 'PUT', url, headers: {}, body, timeoutMs: ATTEMPT_TIMEOUT_MS });
    return status >= 200 && status < 300;
  } catch {
    // Ignore the cause: it may contain the URL.
    return false;
  }
}

function bodyOf({ stackId, requestId, logicalResourceId }: ResponseAddress, response: CustomResourceResponse) {
  const { status, physicalId } = response;
  return {
    Status: status,
    StackId: stackId,
    RequestId: requestId,
    LogicalResourceId: logicalResourceId,
    PhysicalResourceId: physicalId,
    ...(response.status === 'FAILED'
      ? { Reason: response.reason.slice(0, LONGEST_REASON) }
      : { Data: response.attributes }),
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
  throw invalidEvent(`a "${member}"`);
}

function invalidEvent(expected: string): TypeError {
  return new TypeError(`The event is not a CloudFormation request for a custom resource: expected ${expected}.`);
}
