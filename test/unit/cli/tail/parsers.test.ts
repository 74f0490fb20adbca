import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDuration } from '../../../../src/cli/tail/duration.ts';
import { linesOf } from '../../../../src/cli/tail/log-record.ts';

const eventOf = (message: string, timeMs = 0) => ({ id: '1', timeMs, message });

describe('a duration', () => {
  it.each([
    ['30s', 30_000],
    ['10m', 600_000],
    ['2h', 7_200_000],
    ['1d', 86_400_000],
  ])('may be %s', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });

  it.each(['', '10', 'm', '0m', '-1m', '1.5h', '10000s', '1w', '1m ', '1M', '1constructor'])('is not %j', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  it('is a positive number or nothing, for any text', () => {
    fc.assert(fc.property(fc.string(), (text) => (parseDuration(text) ?? 1) > 0));
  });
});

describe('the lines of a log', () => {
  const decision = { event: 'authorization_decision', outcome: 'allow', reason: 'allowed', sub: 'abc', cacheHit: true };

  it('are decisions, with null for what is unknown', () => {
    expect(linesOf(eventOf(JSON.stringify({ ...decision, kind: 1, resourcePath: '/foo' }), 1))).toEqual([
      {
        time: '1970-01-01T00:00:00.001Z',
        event: 'authorization_decision',
        outcome: 'allow',
        reason: 'allowed',
        kind: null,
        carrier: null,
        method: null,
        route: '/foo',
        sub: 'abc',
        cacheHit: true,
        sharedCache: null,
        durationMs: null,
        issuerCalls: null,
        requestId: null,
        message: null,
      },
    ]);
  });

  it('are also what happened to app specific passwords', () => {
    const line = { event: 'app_password', action: 'create', outcome: 'created', sub: 'abc', passwordId: 'asp_1' };
    expect(linesOf(eventOf(JSON.stringify({ ...line, value: 'CANARY' })))).toEqual([
      { ...line, time: '1970-01-01T00:00:00.000Z', clientId: null, code: null },
    ]);
  });

  it('may be several in one event, after other text', () => {
    const text = `START\n2026-11-22\tINFO\t${JSON.stringify(decision)}\r\n${JSON.stringify(decision)}\nEND`;
    expect(linesOf(eventOf(text))).toHaveLength(2);
  });

  it.each([
    ['text', 'START RequestId'],
    ['another event', '{"event":"key_rotation"}'],
    ['an unknown outcome', JSON.stringify({ ...decision, outcome: 'maybe' })],
    ['no reason', JSON.stringify({ ...decision, reason: 3 })],
    ['an app password without an outcome', '{"event":"app_password","action":"create"}'],
    ['a list', '[{"event":"authorization_decision"}]'],
  ])('are not %s', (_, text) => {
    expect(linesOf(eventOf(text))).toEqual([]);
  });

  it('never throw, whatever the event holds', () => {
    const record = fc
      .record({ event: fc.constantFrom('authorization_decision', 'app_password', 'x') })
      .chain((head) => fc.jsonValue().map((rest) => JSON.stringify({ ...Object(rest), ...head })));
    fc.assert(
      fc.property(fc.oneof(fc.string(), record), fc.oneof(fc.double(), fc.integer()), (text, timeMs) => {
        for (const line of linesOf(eventOf(text, timeMs))) expect(typeof line.time).toBe('string');
      }),
    );
  });
});
