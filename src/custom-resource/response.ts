/**
 * Responds to CloudFormation. A stack hangs until its response arrives, so it is sent up to three times. No error holds
 * the address.
 */
import type { HttpPort } from '../core/http.ts';
import { isSecureUrl } from '../core/secure-url.ts';
import type { ResponseAddress } from './request.ts';

export type CustomResourceResponse =
  | {
      readonly status: 'SUCCESS';
      readonly physicalId: string;
      /** What `Fn::GetAtt` can read. Public. */
      readonly attributes: Attributes;
    }
  | {
      readonly status: 'FAILED';
      readonly physicalId: string;
      /** Shown to whoever deploys, and kept in the stack's events. */
      readonly reason: string;
    };

export type Attributes = Readonly<Record<string, string>>;

export interface ResponsePorts {
  readonly http: HttpPort;
  /** Resolves after so many milliseconds. */
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/** A response may have 4,096 bytes in all, and ids and attributes need their share. */
const LONGEST_REASON = 1500;
const ATTEMPT_TIMEOUT_MS = 4000;
const WAITS_MS = [300, 1200];

/**
 * Sends a response.
 *
 * @throws Error if it could not be delivered; Lambda then runs the event again, which is harmless
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html
 */
export async function sendResponse(
  ports: ResponsePorts,
  address: ResponseAddress,
  response: CustomResourceResponse,
): Promise<void> {
  if (!isSecureUrl(address.responseUrl)) throw new TypeError('The ResponseURL is not https, nor http to loopback.');
  const body = JSON.stringify(responseBody(address, response));
  for (const waitMs of WAITS_MS) {
    if (await attempt(ports, address, body)) return;
    await ports.sleep(waitMs);
  }
  if (!(await attempt(ports, address, body))) throw new Error('CloudFormation did not accept the response.');
}

async function attempt({ http }: ResponsePorts, { responseUrl: url }: ResponseAddress, body: string): Promise<boolean> {
  try {
    // No content type: the presigned URL was signed without one.
    const { status } = await http({ method: 'PUT', url, headers: {}, body, timeoutMs: ATTEMPT_TIMEOUT_MS });
    return status >= 200 && status < 300;
  } catch {
    // The cause may name the URL.
    return false;
  }
}

function responseBody({ stackId, requestId, logicalResourceId }: ResponseAddress, response: CustomResourceResponse) {
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
