import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseEntry, type SharedEntry, serializeEntry } from '../../../src/shared-state/shared-entry.ts';

const PRINCIPAL = {
  subject: 'auth0|1234',
  username: 'user@example.com',
  scopes: ['read:foo'],
  tokenType: 'application_specific_password_token',
  clientId: undefined,
  organizationId: undefined,
  issuer: 'https://tenant.example/',
  expiresAt: 1_800_000_000,
} as const;
const ENTRY: SharedEntry = { principal: PRINCIPAL, startedAtMs: 1, freshUntilMs: 2, usableUntilMs: 3 };
const REFUSAL: SharedEntry = { refusal: { code: 'token_inactive', message: 'Not active.' }, untilMs: 4 };

describe('a shared entry', () => {
  it.each([['a principal', ENTRY] as const, ['a refusal', REFUSAL] as const])('keeps all of %s', (_, entry) => {
    expect(parseEntry(serializeEntry(entry))).toEqual(entry);
  });

  it.each([
    ['no time', { ...ENTRY, startedAtMs: undefined }],
    ['a time as text', { ...ENTRY, freshUntilMs: '2' }],
    ['a member that is not known', { ...ENTRY, admin: true }],
    ['a principal with a member that is not known', { ...ENTRY, principal: { ...PRINCIPAL, admin: true } }],
    ['no subject', { ...ENTRY, principal: { ...PRINCIPAL, subject: undefined } }],
    ['another token type', { ...ENTRY, principal: { ...PRINCIPAL, tokenType: 'refresh_token' } }],
    ['scopes that are not a list', { ...ENTRY, principal: { ...PRINCIPAL, scopes: 'read:foo' } }],
    ['a refusal with an unknown code', { ...REFUSAL, refusal: { code: 'allowed', message: '' } }],
    ['a principal and a refusal', { ...ENTRY, ...REFUSAL }],
    ['nothing', {}],
  ])('is not accepted with %s', (_, value) => {
    expect(parseEntry(JSON.stringify(value))).toBeUndefined();
  });

  it('is not made from any other text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(parseEntry(text)).toBeUndefined();
      }),
    );
  });
});
