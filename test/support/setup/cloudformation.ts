/** CloudFormation's side of custom resources: makes the events and reads the responses. */

import type { HttpPort } from '../../../src/core/http.ts';
import { isJsonObject, parseJson } from '../../../src/core/json.ts';
import type { CustomResourceResponse } from '../../../src/custom-resource/protocol.ts';

export const RESPONSE_URL = 'https://cloudformation.example/response?signature=RESPONSE-URL-CANARY';

export interface EventParts {
  readonly type: 'Create' | 'Update' | 'Delete';
  readonly resourceType: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly oldProperties?: Readonly<Record<string, unknown>>;
  readonly physicalId?: string;
  readonly requestId?: string;
}

export function eventOf({ type, resourceType, properties, oldProperties, physicalId, requestId }: EventParts) {
  return {
    RequestType: type,
    ResponseURL: RESPONSE_URL,
    StackId: 'arn:aws:cloudformation:eu-west-1:111122223333:stack/Demo/1',
    RequestId: requestId ?? 'a3b1c9f2-0000-4000-8000-000000000001',
    ResourceType: resourceType,
    LogicalResourceId: 'Resource',
    ...(physicalId !== undefined && { PhysicalResourceId: physicalId }),
    ResourceProperties: { ServiceToken: 'arn:function', ServiceTimeout: '60', ...properties },
    ...(oldProperties && { OldResourceProperties: { ServiceToken: 'arn:function', ...oldProperties } }),
  };
}

/** A response as CloudFormation received it. */
export type Received = CustomResourceResponse & {
  readonly stackId: string;
  readonly requestId: string;
  readonly logicalResourceId: string;
};

/** An HTTP port that records the responses to CloudFormation and forwards everything else. */
export function respondingTo(received: Received[], otherwise: HttpPort): HttpPort {
  return async (request) => {
    if (request.url !== RESPONSE_URL) return otherwise(request);
    received.push(readResponse(parseJson(request.body ?? '')));
    return { status: 200, headers: {}, body: '' };
  };
}

function readResponse(body: unknown): Received {
  if (!isJsonObject(body)) throw new TypeError('The response is not a JSON object.');
  const { Status, PhysicalResourceId, Data, Reason, StackId, RequestId, LogicalResourceId } = body;
  const ids = { stackId: String(StackId), requestId: String(RequestId), logicalResourceId: String(LogicalResourceId) };
  const physicalId = String(PhysicalResourceId);
  if (Status === 'FAILED') return { status: 'FAILED', physicalId, reason: String(Reason), ...ids };
  const attributes = Object.entries(isJsonObject(Data) ? Data : {}).map(([name, value]) => [name, String(value)]);
  return { status: 'SUCCESS', physicalId, attributes: Object.fromEntries(attributes), ...ids };
}
