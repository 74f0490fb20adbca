import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseNewPassword } from '../../../src/app-passwords/new-password.ts';
import { Problem } from '../../../src/app-passwords/problem.ts';

const CALLER = { grantable: ['read:foo', 'create:foo'] };
const parse = (body: unknown) => parseNewPassword(typeof body === 'string' ? body : JSON.stringify(body), CALLER);
const problem = (code: string) => expect.objectContaining({ code });
const VALID = { label: 'Laptop', scopes: ['read:foo'] };

describe('the request for a password', () => {
  it('has a label, scopes, and perhaps an expiry in days', () => {
    expect(parse(VALID)).toEqual({ ...VALID, expiresInSeconds: undefined });
    expect(parse({ ...VALID, expiresInDays: 1 }).expiresInSeconds).toBe(86_400);
    expect(parse({ ...VALID, expiresInDays: 365 }).expiresInSeconds).toBe(365 * 86_400);
  });

  it.each([
    '',
    'label=a',
    '[]',
    'null',
    '"a"',
    '{"label":"a","scopes":["read:foo"],"__proto__":{}}',
    ...['userId', 'user_id', 'sub', 'audience', 'value', 'expiresAt', 'constructor'].map((name) =>
      JSON.stringify({ ...VALID, [name]: 'auth0|mallory' }),
    ),
  ])('is refused if it is %s', (body) => {
    expect(() => parse(body)).toThrow(problem('body_malformed'));
  });

  it.each([
    ['absent', undefined],
    ['none', []],
    ['a text', 'read:foo'],
    ['more than the caller’s own', ['read:foo', 'delete:foo']],
    ['repeated', ['read:foo', 'read:foo']],
    ['not texts', ['read:foo', 7]],
    ['nested', [['read:foo']]],
    ['the right to manage passwords', ['manage:app_passwords']],
    ['spelled otherwise', ['READ:FOO']],
    ['two in one', ['read:foo create:foo']],
  ])('is refused if the scopes are %s', (_, scopes) => {
    expect(() => parse({ ...VALID, scopes })).toThrow(problem('scopes_invalid'));
  });

  it.each([0, -1, 366, 1.5, '7', null, true, 1e300])('is refused if the expiry is %j', (expiresInDays) => {
    expect(() => parse({ ...VALID, expiresInDays })).toThrow(problem('expiry_invalid'));
  });

  it('is refused without a label', () => {
    expect(() => parse({ scopes: ['read:foo'] })).toThrow(problem('label_invalid'));
  });

  it('never yields scopes beyond those of the caller', () => {
    const scopes = fc.array(fc.oneof(fc.constantFrom('read:foo', 'create:foo', 'delete:foo'), fc.string()));
    const body = fc.record(
      { label: fc.anything(), scopes: fc.oneof(scopes, fc.anything()), expiresInDays: fc.anything() },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(
        fc.oneof(
          body.map((value) => JSON.stringify(value)),
          fc.json(),
          fc.string(),
        ),
        (text) => {
          try {
            const parsed = parse(text);
            expect(parsed.scopes.length).toBeGreaterThan(0);
            expect(parsed.scopes.every((scope) => CALLER.grantable.includes(scope))).toBe(true);
          } catch (error) {
            expect(error).toBeInstanceOf(Problem);
          }
        },
      ),
    );
  });
});
