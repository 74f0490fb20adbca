import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAction } from '../../../../local/inspector/actions.ts';
import { isOwn } from '../../../../local/inspector/guard.ts';
import { parseSendRequest, UnsendableError } from '../../../../local/inspector/send.ts';

describe('parseSendRequest', () => {
  it('returns what can be sent, and nothing else', () => {
    fc.assert(
      fc.property(
        fc.record({
          method: fc.constantFrom('GET', 'POST', 'get', 5),
          path: fc.string(),
          authorization: fc.option(fc.string()),
        }),
        (given) => {
          try {
            const { method, path, authorization } = parseSendRequest(given);
            expect(['GET', 'POST']).toContain(method);
            expect(new URL(path, 'http://127.0.0.1:3000/').origin).toBe('http://127.0.0.1:3000');
            expect(() => new Headers({ authorization: authorization ?? '' })).not.toThrow();
          } catch (error) {
            expect(error).toBeInstanceOf(UnsendableError);
          }
        },
      ),
    );
  });

  it('never throws anything else, and never repeats the credential', () => {
    fc.assert(
      fc.property(fc.anything(), (given) => {
        try {
          parseSendRequest(given);
        } catch (error) {
          expect(error).toBeInstanceOf(UnsendableError);
        }
      }),
    );
  });

  it.each(['/.local/send', '//evil.example', '/a b', '/a\r\nHost: b', '\\evil', 'http://evil.example/'])(
    'refuses the path %j',
    (path) => {
      expect(() => parseSendRequest({ method: 'GET', path })).toThrow(UnsendableError);
    },
  );
});

describe('parseAction', () => {
  it('returns an equal action or nothing', () => {
    fc.assert(
      fc.property(
        fc.record({ action: fc.string(), label: fc.string(), id: fc.string(), seconds: fc.double() }),
        (given) => {
          const parsed = parseAction(given);
          if (parsed) expect(given).toMatchObject(parsed);
        },
      ),
    );
    fc.assert(fc.property(fc.anything(), (given) => void parseAction(given)));
  });

  it.each([
    [
      { action: 'trouble', trouble: 'slow', more: 1 },
      { action: 'trouble', trouble: 'slow' },
    ],
    [{ action: 'unblock' }, { action: 'unblock' }],
    [{ action: 'advance_clock', seconds: Number.POSITIVE_INFINITY }, undefined],
    [{ action: 'create_app_password', label: 'a\u0000' }, undefined],
  ])('%j', (given, parsed) => {
    expect(parseAction(given)).toEqual(parsed);
  });
});

describe('isOwn', () => {
  const usual = [
    ['Host', 'localhost:3000'],
    ['Origin', 'http://localhost:3000'],
    ['Content-Type', 'application/json; charset=utf-8'],
  ] as const;

  it('accepts the page itself', () => {
    expect(isOwn({ fields: usual }, 'action', 3000)).toBe(true);
  });

  it('refuses repeated headers', () => {
    for (const field of usual)
      expect([field, isOwn({ fields: [...usual, field] }, 'action', 3000)]).toEqual([field, false]);
    expect(isOwn({ fields: [] }, 'document', 3000)).toBe(false);
  });

  it('refuses every other host', () => {
    fc.assert(
      fc.property(fc.string(), (host) => {
        const isListed = /^(?:127\.0\.0\.1|localhost|\[::1\]):3000$/.test(host);
        expect(isOwn({ fields: [['host', host]] }, 'document', 3000)).toBe(isListed);
      }),
    );
  });
});
