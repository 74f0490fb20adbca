import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CallerSettings, parseCaller } from '../../../src/app-passwords/caller.ts';
import { Problem } from '../../../src/app-passwords/problem.ts';
import type { JsonObject } from '../../../src/core/json.ts';
import { ALICE, BEARER, CONTEXT, ISSUER, PAGE_CLIENT, SETTINGS } from '../../support/app-passwords/world.ts';
import { NOW_MS, NOW_SECONDS } from '../../support/core/clock.ts';

function parse(
  context: JsonObject = {},
  settings: Partial<CallerSettings> = {},
  authorization: readonly string[] = [BEARER],
) {
  return parseCaller({ context: { ...CONTEXT, ...context }, authorization }, { ...SETTINGS, ...settings }, NOW_MS);
}

const problem = (code: string) => expect.objectContaining({ code });
const b64 = (text: string) => Buffer.from(text).toString('base64url');

describe('the caller', () => {
  it('is the user of the context, who can give the scopes that the token has and the routes know', () => {
    expect(parse({ scope: 'read:foo manage:app_passwords unknown:scope' })).toEqual({
      subject: ALICE,
      clientId: PAGE_CLIENT,
      grantable: ['read:foo'],
    });
  });

  it('can never give the scope that manages app passwords, even if a route knows it', () => {
    const scopes = ['manage:app_passwords', 'read:foo'];
    expect(parse({}, { scopes }).grantable).toEqual(['read:foo']);
  });

  it('may use any of the clients, and a token that is bound to a key', () => {
    expect(parse({ client_id: 'second-client' }).clientId).toBe('second-client');
    expect(parse({}, {}, [BEARER.replace('Bearer', 'DPoP')]).subject).toBe(ALICE);
    expect(parse({}, {}, [BEARER.replace('Bearer', 'bearer ')]).subject).toBe(ALICE);
  });

  it.each([
    ['an app specific password', { token_type: 'application_specific_password_token', exp: '', client_id: '' }],
    ['a credential of another kind', { token_type: 'refresh_token' }],
    ['a token of another issuer', { iss: 'https://other.auth0.com/' }],
    ['a token of an issuer with almost the same name', { iss: ISSUER.slice(0, -1) }],
    ['a token of the client credentials grant', { sub: `${PAGE_CLIENT}@clients` }],
    ['a token of another client’s client credentials grant', { sub: 'auth0|x@clients' }],
    ['a token whose subject is the client', { sub: PAGE_CLIENT }],
    ['a token whose subject is no user', { sub: 'device-7' }],
    ['a token without a subject', { sub: '' }],
    ['a subject with a line break', { sub: 'auth0|a\nb' }],
    ['a subject that is not a text', { sub: ['auth0|alice'] }],
    ['somebody who acts for the user', { act: '{"sub":"agent"}' }],
  ])('is refused with %s', (_, context) => {
    expect(() => parse(context)).toThrow(problem('credential_not_allowed'));
  });

  it.each([
    ['Basic', [`Basic ${Buffer.from('alice:secret').toString('base64')}`]],
    ['Basic with a JWT', [`Basic ${Buffer.from(`token:${BEARER.slice(7)}`).toString('base64')}`]],
    ['an opaque token', ['Bearer opaque-token']],
    ['an app specific password', ['Bearer ABCDEFGHIJKLMNOP']],
    ['three parts that are not a JWT', ['Bearer a.b.c']],
    ['a header that is not an object', [`Bearer ${b64('"RS256"')}.e30.c2ln`]],
    ['a header without an algorithm', [`Bearer ${b64('{}')}.e30.c2ln`]],
    ['an encrypted token', [`${BEARER}.e30.e30`]],
    ['an unsigned token', [BEARER.replace(/[^.]+$/, '')]],
    ['no credential', []],
    ['two credentials', [BEARER, BEARER]],
    ['two credentials in one header', [`${BEARER}, ${BEARER}`]],
  ])('is refused with %s', (_, authorization) => {
    expect(() => parse({}, {}, authorization)).toThrow(problem('credential_not_allowed'));
  });

  it.each([['other-client'], [''], [`${PAGE_CLIENT} `], [PAGE_CLIENT.toUpperCase()]])(
    'is refused with a token of the client %j',
    (client) => {
      expect(() => parse({ client_id: client })).toThrow(problem('client_not_allowed'));
    },
  );

  it.each([
    [''],
    ['read:foo'],
    ['manage:app_password'],
    ['manage:app_passwords:x'],
    ['read:foo\tmanage:app_passwords'],
  ])('is refused with the scope %j', (scope) => {
    expect(() => parse({ scope })).toThrow(problem('scope_missing'));
  });

  it('is refused if the context is not that of the authorizer', () => {
    expect(() => parseCaller({ context: {}, authorization: [BEARER] }, SETTINGS, NOW_MS)).toThrow(
      problem('credential_not_allowed'),
    );
  });

  it('never is anybody but the subject of the context', () => {
    const context = fc.dictionary(fc.constantFrom(...Object.keys(CONTEXT), 'act', 'claim_auth_time'), fc.anything());
    fc.assert(
      fc.property(context, fc.array(fc.oneof(fc.string(), fc.constant(BEARER)), { maxLength: 2 }), (given, sent) => {
        try {
          expect(parseCaller({ context: given, authorization: sent }, SETTINGS, NOW_MS).subject).toBe(given.sub);
        } catch (error) {
          expect(error).toBeInstanceOf(Problem);
        }
      }),
    );
  });
});

describe('the age of the login', () => {
  const limited = { maxAuthAgeSeconds: 600, authTimeClaim: 'https://demo.api/auth_time' };
  const at = (seconds: number | string) => ({ claim_https_demo_api_auth_time: String(seconds) });

  it('does not matter by default', () => {
    expect(parse(at('')).subject).toBe(ALICE);
  });

  it.each([0, 600, -60])('may be %d seconds', (age) => {
    expect(parse(at(NOW_SECONDS - age), limited).subject).toBe(ALICE);
  });

  it.each([
    ['one second more', at(NOW_SECONDS - 601)],
    ['in the future', at(NOW_SECONDS + 61)],
    ['absent', {}],
    ['empty', at('')],
    ['not a number', at('yesterday')],
    ['a date', at('2026-01-15T12:00:00Z')],
    ['in milliseconds', at(NOW_MS)],
    ['negative', at(-1)],
    ['a fraction', at(`${NOW_SECONDS}.5`)],
    ['that of another claim', { claim_auth_time: String(NOW_SECONDS) }],
  ])('is refused if it is %s', (_, context) => {
    expect(() => parse(context, limited)).toThrow(problem('login_too_old'));
  });

  it('is required by the challenge of RFC 9470', () => {
    try {
      parse(at(1), limited);
      expect.unreachable();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      expect(error.status).toBe(401);
      expect(error.headers()['WWW-Authenticate']).toBe(
        'Bearer error="insufficient_user_authentication", error_description="The login is too old", max_age="600"',
      );
      expect(error.body()).toMatchObject({ code: 'login_too_old', status: 401, maxAuthAgeSeconds: 600 });
    }
  });
});
