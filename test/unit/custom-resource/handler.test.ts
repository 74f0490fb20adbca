import { beforeEach, describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../../src/core/errors.ts';
import { HttpFailure, type HttpPort } from '../../../src/core/http.ts';
import { createCustomResourceHandler } from '../../../src/custom-resource/handler.ts';
import type { CustomResource } from '../../../src/custom-resource/resource.ts';
import { FrozenClock } from '../../support/core/clock.ts';
import {
  type EventParts,
  eventOf,
  RESPONSE_URL,
  type Received,
  respondingTo,
} from '../../support/setup/cloudformation.ts';

const TYPE = 'Custom::Thing';
const invocation = { getRemainingTimeInMillis: () => 60_000 };

let received: Received[];
let lines: string[];
let removed: string[];
let resource: CustomResource;
let clock: FrozenClock;
let deadline: (milliseconds: number) => Promise<void>;

beforeEach(() => {
  received = [];
  lines = [];
  removed = [];
  clock = new FrozenClock();
  deadline = () => new Promise(() => {});
  resource = {
    identify: ({ Name: name }) => `thing-${name}`,
    put: async () => ({ Color: 'blue' }),
    remove: async (id) => {
      removed.push(id);
    },
  };
});

const noHttp: HttpPort = async () => {
  throw new TypeError('No other address is expected.');
};

async function send(parts: Partial<EventParts>, http: HttpPort = respondingTo(received, noHttp)) {
  const ports = {
    http,
    sleep: clock.sleep,
    deadline,
    clock: clock.read,
    log: (line: string) => lines.push(line),
  };
  const handler = createCustomResourceHandler({ [TYPE]: resource }, ports);
  await handler(eventOf({ type: 'Create', resourceType: TYPE, properties: { Name: 'a' }, ...parts }), invocation);
  return received.at(-1);
}

function failing(error: unknown): () => Promise<never> {
  return async () => {
    throw error;
  };
}

describe('the response to CloudFormation', () => {
  it('contains what CloudFormation requires', async () => {
    expect(await send({ requestId: 'request-7' })).toEqual({
      status: 'SUCCESS',
      physicalId: 'thing-a',
      attributes: { Color: 'blue' },
      stackId: 'arn:aws:cloudformation:eu-west-1:111122223333:stack/Demo/1',
      requestId: 'request-7',
      logicalResourceId: 'Resource',
    });
  });

  it('contains the reason of our own errors', async () => {
    resource = { ...resource, put: failing(new ConfigurationError('configuration_invalid', 'Fix it like this.')) };
    expect(await send({})).toMatchObject({ status: 'FAILED', physicalId: 'thing-a', reason: 'Fix it like this.' });
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      event: 'custom_resource',
      requestType: 'Create',
      resourceType: TYPE,
      status: 'FAILED',
      failures: [{ code: 'configuration_invalid', reason: 'Fix it like this.' }],
    });
  });

  it('contains only the name of an unexpected error; the log says where it was thrown', async () => {
    resource = { ...resource, put: failing(new RangeError('CANARY')) };
    const response = await send({});
    expect(response).toMatchObject({ status: 'FAILED', reason: expect.stringContaining('(RangeError)') });
    expect(JSON.stringify([response, lines])).not.toContain('CANARY');
    expect(lines[0]).toContain('handler.test.ts');
  });

  it('contains a reason that is cut to the length CloudFormation accepts', async () => {
    resource = { ...resource, put: failing(new ConfigurationError('configuration_invalid', 'x'.repeat(10_000))) };
    expect(JSON.stringify(await send({})).length).toBeLessThan(4096);
  });

  it('is sent even if the work does not end', async () => {
    resource = { ...resource, put: () => new Promise(() => {}) };
    const waits: number[] = [];
    deadline = async (milliseconds) => {
      waits.push(milliseconds);
    };
    expect(await send({})).toMatchObject({
      status: 'FAILED',
      physicalId: 'never-made',
      reason: 'The work was not finished within 48 s. Deploy again.',
    });
    expect(waits).toEqual([48_000]);
  });

  it('is sent for an unknown resource type', async () => {
    expect(await send({ resourceType: 'Custom::Other' })).toMatchObject({
      status: 'FAILED',
      reason: 'The function does not know the resource type Custom::Other.',
    });
  });

  it('is sent again after a failure or a redirect, without headers and to the exact address', async () => {
    const seen: unknown[] = [];
    const http: HttpPort = async ({ body, ...request }) => {
      seen.push(request);
      if (seen.length === 1) throw new HttpFailure('connection', RESPONSE_URL);
      return { status: seen.length === 2 ? 302 : 200, headers: {}, body: '' };
    };
    await send({}, http);
    expect(seen).toEqual([1, 2, 3].map(() => ({ url: RESPONSE_URL, method: 'PUT', headers: {}, timeoutMs: 4000 })));
    expect(clock.sleeps).toEqual([300, 1200]);
  });

  it('causes an error without the address if it cannot be delivered', async () => {
    const refusing: HttpPort = async () => ({ status: 403, headers: {}, body: '' });
    await expect(send({}, refusing)).rejects.toThrow(/^CloudFormation did not accept the response\.$/);
  });

  it('is sent only over https or to this machine', async () => {
    const handler = createCustomResourceHandler(
      { [TYPE]: resource },
      { http: noHttp, sleep: clock.sleep, deadline, clock: clock.read, log: () => {} },
    );
    const event = {
      ...eventOf({ type: 'Create', resourceType: TYPE, properties: {} }),
      ResponseURL: 'http://example.com/',
    };
    await expect(handler(event, invocation)).rejects.toThrow(
      /^The ResponseURL is neither https nor http to loopback\.$/,
    );
  });
});

describe('an event for a custom resource', () => {
  it.each([
    [undefined, 'an object'],
    [{}, 'a "RequestType"'],
    [{ ...eventOf({ type: 'Create', resourceType: TYPE, properties: {} }), StackId: 7 }, 'a "StackId"'],
    [{ ...eventOf({ type: 'Create', resourceType: '', properties: {} }) }, 'a "ResourceType"'],
  ])('is refused without being shown if it is not from CloudFormation (%#)', async (event, expected) => {
    const handler = createCustomResourceHandler(
      { [TYPE]: resource },
      { http: noHttp, sleep: clock.sleep, deadline, clock: clock.read, log: () => {} },
    );
    await expect(handler(event, invocation)).rejects.toThrow(
      `The event is not a CloudFormation request for a custom resource: expected ${expected}.`,
    );
  });

  it("is passed on as only the resource's own properties and how long the work may take", async () => {
    const calls: unknown[] = [];
    resource = {
      ...resource,
      put: async (...args) => {
        calls.push(args);
        return {};
      },
    };
    await send({ requestId: 'r-1' });
    expect(calls).toEqual([['thing-a', { Name: 'a' }, { requestId: 'r-1', timeoutMs: expect.closeTo(30_400, 0) }]]);
  });
});

describe('createCustomResourceHandler', () => {
  const refusal = new ConfigurationError('configuration_invalid', 'No.');

  it('undoes a failed Create and reports if that fails too', async () => {
    resource = { ...resource, put: failing(refusal), remove: failing(refusal) };
    expect(await send({})).toMatchObject({ reason: 'No. The changes could not be undone: No.' });
  });

  it('returns the old id after a failed replacement and leaves the rollback to CloudFormation', async () => {
    resource = { ...resource, put: failing(refusal) };
    expect(await send({ type: 'Update', physicalId: 'thing-old' })).toMatchObject({ physicalId: 'thing-old' });
    expect(removed).toEqual([]);
  });

  it('leaves the rollback of a failed Update in place to CloudFormation', async () => {
    resource = { ...resource, put: failing(refusal) };
    expect(await send({ type: 'Update', physicalId: 'thing-a' })).toMatchObject({ status: 'FAILED' });
    expect(removed).toEqual([]);
  });

  it('creates nothing if the properties cannot be parsed, so its Delete does nothing', async () => {
    resource = {
      ...resource,
      identify: () => {
        throw refusal;
      },
    };
    const response = await send({});
    expect(response).toMatchObject({ status: 'FAILED', physicalId: 'never-made' });
    expect(await send({ type: 'Delete', physicalId: 'never-made' })).toMatchObject({ status: 'SUCCESS' });
    expect(removed).toEqual([]);
  });

  it('keeps the id after a failed Delete', async () => {
    resource = { ...resource, remove: failing(refusal) };
    expect(await send({ type: 'Delete', physicalId: 'thing-a' })).toMatchObject({
      status: 'FAILED',
      physicalId: 'thing-a',
      reason: 'No.',
    });
  });
});

describe('a Delete request', () => {
  it('removes the resource of its id and the resource of its properties', async () => {
    await send({ type: 'Delete', physicalId: 'made-up' });
    expect(removed).toEqual(['made-up', 'thing-a']);
  });
});

describe('a rollback', () => {
  it('removes the replacement if CloudFormation got no response for it', async () => {
    await send({ type: 'Update', physicalId: 'thing-a', oldProperties: { Name: 'b' } });
    expect(removed).toEqual(['thing-b']);
  });

  it('removes nothing if the id stays or becomes another', async () => {
    await send({ type: 'Update', physicalId: 'thing-a', oldProperties: { Name: 'a' } });
    await send({ type: 'Update', physicalId: 'thing-b', oldProperties: { Name: 'b' } });
    expect(removed).toEqual([]);
  });
});
