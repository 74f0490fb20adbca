import { beforeEach, describe, expect, it } from 'vitest';
import { createRevocationHandler, type RevocationPorts } from '../../../../lambda/revocation/create-handler.ts';
import { MemoryFlushStore } from '../../../../local/memory-flush-store.ts';
import { flushMessage, markMessage } from '../../../../src/revocation/message.ts';
import { markId } from '../../../../src/shared-state/revocation-mark.ts';
import { NOW_MS, NOW_SECONDS } from '../../../support/core/clock.ts';

const ISSUER = 'https://tenant.auth0.com/';
const KEPT_SECONDS = 2_592_000;
const EXPIRES = NOW_SECONDS + KEPT_SECONDS + 60;

let written: unknown[][];
let lines: string[];
let flushed: number;
let sent: string[];

beforeEach(() => {
  written = [];
  lines = [];
  flushed = 0;
  sent = [];
});

function handle(bodies: readonly string[], more: Partial<RevocationPorts> = {}) {
  const handler = createRevocationHandler(
    { issuer: ISSUER, revocationSeconds: 5, keptSeconds: KEPT_SECONDS },
    {
      clock: () => NOW_MS,
      store: new MemoryFlushStore(),
      marks: { grow: async (...mark) => void written.push(mark) },
      sendLater: async (body) => void sent.push(body),
      flushCaches: async () => {
        flushed += 1;
      },
      ...more,
    },
    (line) => lines.push(line),
  );
  const attributes = { SentTimestamp: String(NOW_MS - 500) };
  return handler({ Records: bodies.map((body, index) => ({ messageId: `m${index}`, body, attributes })) });
}

const failed = (...ids: readonly string[]) => ({
  batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })),
});
const record = () => JSON.parse(lines[0] ?? '{}');
const deletion = (subject: string) => markMessage({ subject, kind: 'introspected', timeMs: NOW_MS - 2000 });
const change = (user: string) => JSON.stringify({ type: 'scp', date: '2026-01-15T11:59:59Z', user });

describe('the handler of a batch', () => {
  it('writes the newest mark of all users first, then those of the users', async () => {
    expect(await handle([deletion('auth0|1'), deletion('auth0|2'), change('auth0|3')])).toEqual(failed());
    expect(written).toEqual([
      ['newest', 'introspected', NOW_MS - 2000, EXPIRES],
      ['newest', 'all', NOW_MS - 1000, EXPIRES],
      [markId(ISSUER, 'auth0|1'), 'introspected', NOW_MS - 2000, EXPIRES],
      [markId(ISSUER, 'auth0|2'), 'introspected', NOW_MS - 2000, EXPIRES],
      [markId(ISSUER, 'auth0|3'), 'all', NOW_MS - 1000, EXPIRES],
    ]);
    expect(flushed).toBe(1);
    expect(sent).toEqual([flushMessage({ dueMs: NOW_MS + 12_000, isLast: false })]);
  });

  it('has a malformed message delivered again, until it is in the dead-letter queue, and handles the others', async () => {
    expect(await handle(['canary', deletion('auth0|1'), '{}'])).toEqual(failed('m0', 'm2'));
    expect(written).toHaveLength(2);
    expect(record().failures).toEqual([
      { code: 'message_malformed', reason: 'The message is not a JSON object.' },
      { code: 'message_malformed', reason: 'The log event has no type.' },
    ]);
    expect(lines[0]).not.toContain('canary');
  });

  it('writes nothing and flushes nothing for an event that revokes nothing', async () => {
    const event = { type: 'sapi', date: '2026-01-15T11:59:59Z', path: '/api/v2/clients/a' };
    expect(await handle([JSON.stringify(event)])).toEqual(failed());
    expect([written, flushed, sent]).toEqual([[], 0, []]);
  });

  it('has all marks delivered again if the newest cannot be written, and writes no other', async () => {
    const grow = async () => Promise.reject(new Error('throttled'));
    expect(await handle([deletion('a'), deletion('b')], { marks: { grow } })).toEqual(failed('m0', 'm1'));
    expect(flushed).toBe(0);
  });

  it('has a mark delivered again that cannot be written, and flushes for the others', async () => {
    const grow: RevocationPorts['marks']['grow'] = async (id) => {
      if (id === markId(ISSUER, 'b')) throw new Error('throttled');
    };
    expect(await handle([deletion('a'), deletion('b')], { marks: { grow } })).toEqual(failed('m1'));
    expect([flushed, record().Marks]).toEqual([1, 1]);
  });

  it('has marks delivered again whose second flush cannot be scheduled', async () => {
    const sendLater = () => Promise.reject(new Error('no queue'));
    expect(await handle([deletion('a')], { sendLater })).toEqual(failed('m0'));
  });

  it('flushes once for marks and for flushes that are due', async () => {
    const due = flushMessage({ dueMs: NOW_MS - 5, isLast: false });
    expect(await handle([due, deletion('a'), due])).toEqual(failed());
    expect(flushed).toBe(1);
  });

  it('has a flush delivered again that failed too often', async () => {
    const flushCaches = () => Promise.reject(Object.assign(new Error('canary'), { name: 'TooManyRequestsException' }));
    expect(await handle([flushMessage({ dueMs: NOW_MS, isLast: true })], { flushCaches })).toEqual(failed('m0'));
    expect(record()).toMatchObject({ Flushes: 0, FlushFailures: 1, failures: [{ code: 'flush_failed' }] });
    expect(lines[0]).not.toContain('canary');
  });

  it('writes one line with the metrics, which names users by a digest only', async () => {
    await handle([deletion('auth0|1'), change('auth0|2')]);
    expect(lines).toHaveLength(1);
    expect(record()).toEqual({
      event: 'revocation',
      issuer: ISSUER,
      messages: 2,
      revoked: [
        { sub: expect.stringMatching(/^[\w-]{16}$/), kind: 'introspected' },
        { sub: expect.stringMatching(/^[\w-]{16}$/), kind: 'all' },
      ],
      failures: [],
      flushFailures: [],
      Marks: 2,
      Flushes: 1,
      FlushFailures: 0,
      RevocationDelay: [2000, 1000],
      _aws: {
        Timestamp: NOW_MS,
        CloudWatchMetrics: [
          {
            Namespace: 'Auth0ApiAuthorizer',
            Dimensions: [['issuer']],
            Metrics: ['Marks', 'Flushes', 'FlushFailures', 'RevocationDelay'].map((Name) =>
              expect.objectContaining({ Name }),
            ),
          },
        ],
      },
    });
    expect(lines[0]).not.toContain('auth0|');
  });

  it.each([undefined, {}, { Records: {} }, { Records: [{}] }, { Records: [{ messageId: 'a', body: '' }] }])(
    'refuses an event that is not a batch, such as %j',
    async (event) => {
      const handler = createRevocationHandler(
        { issuer: ISSUER, revocationSeconds: 5, keptSeconds: 1 },
        {
          clock: () => NOW_MS,
          store: new MemoryFlushStore(),
          marks: { grow: async () => {} },
          sendLater: async () => {},
          flushCaches: undefined,
        },
        (line) => lines.push(line),
      );
      await expect(handler(event)).rejects.toThrow('The event is not a batch of messages from SQS.');
    },
  );
});
