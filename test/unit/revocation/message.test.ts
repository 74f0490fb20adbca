import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { flushMessage, type MarkRequest, markMessage, parseMessage } from '../../../src/revocation/message.ts';
import { NOW_MS } from '../../support/core/clock.ts';

const ISSUER = 'https://tenant.auth0.com/';
const SENT_MS = NOW_MS - 300;
const parse = (body: string) => parseMessage(body, { issuer: ISSUER, sentMs: SENT_MS, nowMs: NOW_MS });
const parsed = (value: unknown) => parse(JSON.stringify(value));

describe('a request for a mark', () => {
  it('is parsed as it was written', () => {
    const request: MarkRequest = { issuer: ISSUER, subject: 'auth0|1', kind: 'all', timeMs: NOW_MS - 1 };
    expect(parse(markMessage(request))).toEqual({
      type: 'mark',
      mark: { subject: 'auth0|1', kind: 'all', timeMs: NOW_MS - 1 },
    });
  });

  it('without a time counts from when the queue received it', () => {
    expect(parse(markMessage({ subject: 'auth0|1', kind: 'introspected' }))).toMatchObject({
      mark: { timeMs: SENT_MS },
    });
  });

  it('with a time in the future counts from now', () => {
    expect(parse(markMessage({ subject: 'a', kind: 'all', timeMs: NOW_MS + 1 }))).toMatchObject({
      mark: { timeMs: NOW_MS },
    });
  });

  it('for another issuer is refused', () => {
    expect(() => parse(markMessage({ issuer: 'https://other.example/', subject: 'a', kind: 'all' }))).toThrow(
      /for another issuer/,
    );
  });
});

describe('an event of the tenant’s log', () => {
  it('counts from its date, or from now if that is in the future', () => {
    const event = { type: 'scp', date: '2026-01-15T11:59:58.250Z', user: 'auth0|1' };
    expect(parsed(event)).toEqual({
      type: 'mark',
      mark: { subject: 'auth0|1', kind: 'all', timeMs: NOW_MS - 1750 },
    });
    expect(parsed({ ...event, date: '2026-01-15T12:00:01Z' })).toMatchObject({ mark: { timeMs: NOW_MS } });
  });

  it('with an unknown code is no mark', () => {
    expect(parsed({ type: 'slo', date: '2026-01-15T12:00:00Z', user: 'auth0|1' })).toEqual({
      type: 'mark',
      mark: undefined,
    });
  });

  it('cannot name an issuer', () => {
    expect(() => parsed({ type: 'scp', date: '2026-01-15T12:00:00Z', user: 'a', issuer: ISSUER })).toThrow(
      /other members/,
    );
  });

  it.each([undefined, '', 'yesterday', '2026-01-15', '2026-01-15T12:00:00', '2026-13-15T12:00:00Z', 1_768_478_400_000])(
    'is malformed with the date %j',
    (date) => {
      expect(() => parsed({ type: 'scp', date, user: 'a' })).toThrow(/no date/);
    },
  );
});

describe('a flush that is due', () => {
  it('is parsed as it was written', () => {
    const flush = { dueMs: NOW_MS + 300_000, isLast: true };
    expect(parse(flushMessage(flush))).toEqual({ type: 'flush', flush });
  });

  it.each([{}, { dueMs: -1, isLast: true }, { dueMs: 1.5, isLast: true }, 'soon'])('is malformed as %j', (flush) => {
    expect(() => parsed({ version: 1, flush })).toThrow(/whole number/);
  });

  it('is malformed if it does not say whether it is the last attempt', () => {
    expect(() => parsed({ version: 1, flush: { dueMs: 1, isLast: 1 } })).toThrow(/the last attempt/);
  });

  it('is malformed if it is due in more than five minutes, since it would be sent again until then', () => {
    expect(() => parse(flushMessage({ dueMs: NOW_MS + 300_001, isLast: false }))).toThrow(/too far in the future/);
  });
});

describe('any other message', () => {
  it.each([
    '',
    '[]',
    'null',
    '"text"',
    '{}',
    '{"version":2,"subject":"a","kind":"all"}',
    '{"version":1}',
    '{"version":1,"subject":"a","kind":"some"}',
    '{"version":1,"subject":"a","kind":"all","timeMs":"1"}',
    '{"version":1,"subject":"a","kind":"all","more":1}',
  ])('such as %s is malformed', (body) => {
    expect(() => parse(body)).toThrow(expect.objectContaining({ code: 'message_malformed' }));
  });

  it('never appears in the error', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 12, maxLength: 40 }), (canary) => {
        for (const message of [canary, { [canary]: 1 }, { version: canary }, { version: 1, kind: canary }]) {
          const body = typeof message === 'string' ? message : JSON.stringify(message);
          expect(() => parse(body)).toThrow(
            expect.objectContaining({ message: expect.not.stringContaining(canary), code: 'message_malformed' }),
          );
        }
      }),
    );
  });
});
