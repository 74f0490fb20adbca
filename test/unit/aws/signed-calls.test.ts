import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AwsCall, createSignedCalls } from '../../../src/aws/signed-calls.ts';
import { SECRET_ACCESS_KEY, scriptedAws } from '../../support/core/aws-calls.ts';
import { NOW_MS } from '../../support/core/clock.ts';
import { caught } from '../../support/core/errors.ts';
import { failure, json, type Reply, ScriptedHttp, text } from '../../support/core/scripted-http.ts';

const CALL: AwsCall = {
  service: 'dynamodb',
  operation: 'GetItem',
  input: { TableName: 't' },
  timeoutMs: 1000,
  attemptTimeoutMs: 600,
};
const OK = json(200, { Item: {} });
const error = (name: string, status = 400, headers = {}) => json(status, { __type: name }, headers);

function setUp(...replies: readonly Reply[]) {
  const http = ScriptedHttp.inOrder(...replies);
  const ports = scriptedAws(http);
  const send = createSignedCalls(ports);
  return { http, ports, send, clock: ports.frozen };
}

const named = (name: string) => expect.objectContaining({ name, message: `The call to AWS failed: ${name}.` });
const sentAt = (http: ScriptedHttp) => http.requests.map(({ headers }) => headers['x-amz-date']);

describe('a call to AWS', () => {
  it('is a signed request, and returns the parsed response', async () => {
    const { http, send } = setUp(OK);
    expect(await send(CALL)).toEqual({ Item: {} });
    expect(http.requests).toMatchObject([
      {
        method: 'POST',
        url: 'https://dynamodb.eu-west-1.amazonaws.com/',
        headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'DynamoDB_20120810.GetItem' },
        body: '{"TableName":"t"}',
        timeoutMs: 600,
      },
    ]);
  });

  it('uses the credentials of the moment', async () => {
    const { http, ports, send } = setUp(OK, OK);
    await send(CALL);
    Object.assign(ports.environment, { AWS_ACCESS_KEY_ID: 'ANOTHER', AWS_SESSION_TOKEN: 'token' });
    await send(CALL);
    expect(http.requests.map(({ headers }) => headers.authorization?.slice(17, 37))).toEqual([
      'Credential=AKIDEXAMP',
      'Credential=ANOTHER/2',
    ]);
  });

  it.each([failure('connection'), failure('timeout'), error('InternalServerError', 500), text(503, '<html>')])(
    'is repeated once after a failure that may be temporary',
    async (reply) => {
      const { http, send, clock } = setUp(reply, OK);
      expect(await send(CALL)).toEqual({ Item: {} });
      expect(http.requests).toHaveLength(2);
      expect(clock.sleeps).toEqual([50]);
    },
  );

  it.each([error('ProvisionedThroughputExceededException'), error('ThrottlingException'), text(429, '')])(
    'is repeated later if there were too many',
    async (reply) => {
      const { send, clock } = setUp(reply, OK);
      await send(CALL);
      expect(clock.sleeps).toEqual([250]);
    },
  );

  it('reports the second failure', async () => {
    const { send } = setUp(failure('connection'), error('ThrottlingException'));
    await expect(send(CALL)).rejects.toThrow(named('ThrottlingException'));
  });

  it('gives the retry the time that is left, and does not start it too late', async () => {
    const { http, send, clock } = setUp(failure('connection'), OK);
    const slow = new ScriptedHttp(() => {
      clock.nowMs += 700;
      return failure('connection');
    });
    await createSignedCalls({ ...scriptedAws(http), http: slow.port, clock: clock.read, sleep: clock.sleep })(
      CALL,
    ).catch(() => undefined);
    expect(slow.requests.map(({ timeoutMs }) => timeoutMs)).toEqual([600, 250]);
    clock.nowMs = NOW_MS;
    await expect(send({ ...CALL, timeoutMs: 55 })).rejects.toThrow(named('ConnectionError'));
    expect(http.requests.map(({ timeoutMs }) => timeoutMs)).toEqual([55]);
  });

  it.each([
    [failure('timeout'), 'TimeoutError'],
    [failure('connection'), 'ConnectionError'],
    [failure('too_large'), 'MalformedResponse'],
    [text(200, 'not JSON'), 'MalformedResponse'],
    [json(200, []), 'MalformedResponse'],
    [error('com.amazonaws.dynamodb.v20120810#ResourceNotFoundException'), 'ResourceNotFoundException'],
    [error('AccessDeniedException:http://internal.amazon.com/coral/'), 'AccessDeniedException'],
    [json(400, {}, { 'x-amzn-errortype': 'ValidationException:' }), 'ValidationException'],
    [json(400, { code: 'aws.protocoltests#FooError:http://x/' }), 'FooError'],
    [json(400, { __type: 'a secret <b>' }), 'Http400'],
    [text(302, ''), 'Http302'],
  ])('fails with the name of the error', async (reply, name) => {
    const { send } = setUp(reply, reply);
    await expect(send(CALL)).rejects.toThrow(named(name));
  });

  it('never throws anything of the request or of the response', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 200, max: 599 }), fc.json(), async (status, body) => {
        const { send } = setUp(text(status, body), text(status, body));
        const thrown = await send({ ...CALL, input: { Key: 'canary' } }).then(() => 'nothing', String);
        expect(thrown).not.toMatch(/canary/);
        expect(thrown).not.toContain(SECRET_ACCESS_KEY);
      }),
    );
  });
});

describe('a clock that is wrong', () => {
  const later = { date: 'Thu, 15 Jan 2026 13:00:00 GMT' };

  it.each(['RequestTimeTooSkewed', 'InvalidSignatureException', 'SignatureDoesNotMatch', 'RequestExpired'])(
    'is corrected by the time of the response (%s), also for later calls',
    async (name) => {
      const { http, send, clock } = setUp(error(name, 403, later), OK, OK);
      await send(CALL);
      await send(CALL);
      expect(sentAt(http)).toEqual(['20260115T120000Z', '20260115T130000Z', '20260115T130000Z']);
      expect(clock.sleeps).toEqual([]);
    },
  );

  it('is corrected once for a call', async () => {
    const reply = error('RequestTimeTooSkewed', 403, later);
    const { http, send } = setUp(reply, reply);
    await expect(send(CALL)).rejects.toThrow(named('RequestTimeTooSkewed'));
    expect(http.requests).toHaveLength(2);
  });

  it.each([{}, { date: 'soon' }, { date: 'Thu, 15 Jan 2026 12:04:59 GMT' }])(
    'is not assumed if the time of the response does not show it: %j',
    async (headers) => {
      const { http, send } = setUp(error('InvalidSignatureException', 403, headers));
      await expect(send(CALL)).rejects.toThrow(named('InvalidSignatureException'));
      expect(http.requests).toHaveLength(1);
    },
  );
});

it('a call without credentials fails before anything is sent', async () => {
  const { http, ports } = setUp();
  const send = createSignedCalls({ ...ports, environment: { AWS_REGION: 'eu-west-1' } });
  expect(await caught(() => send(CALL))).toMatchObject({ name: 'CredentialsMissing' });
  expect(http.requests).toEqual([]);
});
