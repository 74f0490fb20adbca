/** Answers CloudFormation. Until it has an answer a stack hangs, so sending is tried more than once; the address is in no error. */
import { isSecureUrl } from '../core/secure-url.ts';
import type { ResponseAddress } from './request.ts';

export type CustomResourceResponse =
  | {
      readonly status: 'SUCCESS';
      readonly physicalId: string;
      /** What `Fn::GetAtt` can ask for. Public. */
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
  readonly fetch: typeof fetch;
  /** Resolves after so many milliseconds. */
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/** CloudFormation takes an answer of 4,096 bytes in all, of which ids and attributes need their part. */
const LONGEST_REASON = 1500;
const ATTEMPT_TIMEOUT_MS = 4000;
const WAITS_MS = [300, 1200];

/**
 * Sends an answer.
 *
 * @throws Error if it could not be delivered; Lambda then runs the event again, which does no harm
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html
 */
export async function sendResponse(
  ports: ResponsePorts,
  address: ResponseAddress,
  answer: CustomResourceResponse,
): Promise<void> {
  const url = new URL(address.responseUrl);
  if (!isSecureUrl(url)) throw new TypeError('The ResponseURL is not https, nor http to loopback.');
  // Bytes, so that no content type is sent: the presigned URL was signed without one.
  const body = new TextEncoder().encode(JSON.stringify(answerBody(address, answer)));
  for (const waitMs of WAITS_MS) {
    if (await attempt(ports, url, body)) return;
    await ports.sleep(waitMs);
  }
  if (!(await attempt(ports, url, body))) throw new Error('CloudFormation did not take the answer.');
}

async function attempt({ fetch }: ResponsePorts, url: URL, body: Uint8Array<ArrayBuffer>): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(ATTEMPT_TIMEOUT_MS);
    const response = await fetch(url, { method: 'PUT', body, redirect: 'error', signal });
    await response.body?.cancel();
    return response.ok;
  } catch {
    // The cause may name the URL.
    return false;
  }
}

function answerBody({ stackId, requestId, logicalResourceId }: ResponseAddress, answer: CustomResourceResponse) {
  const { status, physicalId } = answer;
  return {
    Status: status,
    StackId: stackId,
    RequestId: requestId,
    LogicalResourceId: logicalResourceId,
    PhysicalResourceId: physicalId,
    ...(answer.status === 'FAILED' ? { Reason: answer.reason.slice(0, LONGEST_REASON) } : { Data: answer.attributes }),
  };
}
