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

describe('the response', () => {
  it('carries what CloudFormation requires', async () => {
    expect(await send({ requestId: 'request-7' })).toEqual({
      status: 'SUCCESS',
      physicalId: 'thing-a',
      attributes: { Color: 'blue' },
      stackId: 'arn:aws:cloudformation:eu-west-1:111122223333:stack/Demo/1',
      requestId: 'request-7',
      logicalResourceId: 'Resource',
    });
  });

  it('gives the reason of our own errors', async () => {
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

  it('gives only the name of an unexpected error; the log says where it came from', async () => {
    resource = { ...resource, put: failing(new RangeError('CANARY')) };
    const response = await send({});
    expect(response).toMatchObject({ status: 'FAILED', reason: expect.stringContaining('(RangeError)') });
    expect(JSON.stringify([response, lines])).not.toContain('CANARY');
    expect(lines[0]).toContain('handler.test.ts');
  });

  it('shortens a reason to what CloudFormation accepts', async () => {
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

  it('is sent again if it was not accepted, redirects included, without headers and to the exact address', async () => {
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

  it('is an error without the address if it cannot be delivered', async () => {
    const refusing: HttpPort = async () => ({ status: 403, headers: {}, body: '' });
    await expect(send({}, refusing)).rejects.toThrow(/^CloudFormation did not accept the response\.$/);
  });

  it('is sent only to https or to this machine', async () => {
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

describe('an event', () => {
  it.each([
    [undefined, 'an object'],
    [{}, 'a "RequestType"'],
    [{ ...eventOf({ type: 'Create', resourceType: TYPE, properties: {} }), StackId: 7 }, 'a "StackId"'],
    [{ ...eventOf({ type: 'Create', resourceType: '', properties: {} }) }, 'a "ResourceType"'],
  ])('that is not from CloudFormation is refused without being shown (%#)', async (event, expected) => {
    const handler = createCustomResourceHandler(
      { [TYPE]: resource },
      { http: noHttp, sleep: clock.sleep, deadline, clock: clock.read, log: () => {} },
    );
    await expect(handler(event, invocation)).rejects.toThrow(
      `The event is not a CloudFormation request for a custom resource: expected ${expected}.`,
    );
  });

  it("passes on only the resource's own properties, and how long the work may take", async () => {
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

describe('a failure', () => {
  const refusal = new ConfigurationError('configuration_invalid', 'No.');

  it('of a Create is undone, and the reason says if that fails too', async () => {
    resource = { ...resource, put: failing(refusal), remove: failing(refusal) };
    expect(await send({})).toMatchObject({ reason: 'No. The changes could not be undone: No.' });
  });

  it('of a replacement returns the old id, and is left for CloudFormation to roll back', async () => {
    resource = { ...resource, put: failing(refusal) };
    expect(await send({ type: 'Update', physicalId: 'thing-old' })).toMatchObject({ physicalId: 'thing-old' });
    expect(removed).toEqual([]);
  });

  it('of an Update in place is left for CloudFormation to roll back', async () => {
    resource = { ...resource, put: failing(refusal) };
    expect(await send({ type: 'Update', physicalId: 'thing-a' })).toMatchObject({ status: 'FAILED' });
    expect(removed).toEqual([]);
  });

  it('to parse the properties creates nothing, so its Delete does nothing', async () => {
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

  it('of a Delete keeps the id', async () => {
    resource = { ...resource, remove: failing(refusal) };
    expect(await send({ type: 'Delete', physicalId: 'thing-a' })).toMatchObject({
      status: 'FAILED',
      physicalId: 'thing-a',
      reason: 'No.',
    });
  });
});

describe('a Delete', () => {
  it('removes what its id stands for, and what its properties stand for', async () => {
    await send({ type: 'Delete', physicalId: 'made-up' });
    expect(removed).toEqual(['made-up', 'thing-a']);
  });
});

describe('a rollback', () => {
  it('removes the replacement that CloudFormation got no response for', async () => {
    await send({ type: 'Update', physicalId: 'thing-a', oldProperties: { Name: 'b' } });
    expect(removed).toEqual(['thing-b']);
  });

  it('removes nothing if the id stays, or becomes another', async () => {
    await send({ type: 'Update', physicalId: 'thing-a', oldProperties: { Name: 'a' } });
    await send({ type: 'Update', physicalId: 'thing-b', oldProperties: { Name: 'b' } });
    expect(removed).toEqual([]);
  });
});
