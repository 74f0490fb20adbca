import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { validateClaims } from '../../../src/issuer/claims.ts';
import { RevocationError } from '../../../src/revocation/errors.ts';
import { parseSubject, revokedBy } from '../../../src/revocation/log-events.ts';

const written = (path: unknown) => revokedBy({ type: 'sapi', path });
const USER = '/api/v2/users/auth0%7C1234';

describe('a write of the Management API', () => {
  it.each([
    [USER, 'all'],
    [`${USER}/`, 'all'],
    ['/api/v2/users/auth0|1234', 'all'],
    [`${USER}/sessions`, 'all'],
    [`${USER}/refresh-tokens`, 'all'],
    [`${USER}/revoke-access`, 'all'],
    [`${USER}/multifactor/duo`, 'all'],
    [`${USER}/multifactor/actions/invalidate-remember-browser`, 'all'],
    [`${USER}/application-passwords/asp_0123456789abcdef`, 'introspected'],
    [`${USER}/roles`, 'introspected'],
    [`${USER}/permissions`, 'introspected'],
    [`${USER}/organizations`, 'introspected'],
    [`${USER}/identities/google-oauth2/1234`, 'introspected'],
  ])('to %s revokes "%s"', (path, kind) => {
    expect(written(path)).toEqual({ subject: 'auth0|1234', kind });
  });

  it.each([
    `${USER}/application-passwords`,
    `${USER}/application-passwords/`,
    '/api/v2/users',
    '/api/v2/users/',
    '/api/v2/clients/abc',
    '/api/v2/users-by-email/auth0%7C1234',
    '/api/v2/roles/rol_1/users',
    '/api/v2/sessions/1234/revoke',
    '/api/v1/users/auth0%7C1234',
    '/x/api/v2/users/auth0%7C1234',
    '/',
  ])('to %s revokes nothing', (path) => {
    expect(written(path)).toBeUndefined();
  });

  it.each([
    undefined,
    42,
    '',
    'api/v2/users/a',
    'https://tenant.auth0.com/api/v2/users/a',
    '/api/v2/users/a%',
    '/api/v2/users/%zz',
    '/api/v2/users/%ff',
    '/api/v2/users/a%00',
    '/api/v2/users//roles',
    `/api/v2/users/${'a'.repeat(513)}`,
    '/api/v2/users/a\nb',
  ])('with the path %j is malformed', (path) => {
    expect(() => written(path)).toThrow(RevocationError);
  });

  it('decodes the id once', () => {
    expect(written('/api/v2/users/auth0%257C1')).toEqual({ subject: 'auth0%7C1', kind: 'all' });
    expect(written('/api/v2/users/samlp%7Ca%2Fb')).toEqual({ subject: 'samlp|a/b', kind: 'all' });
  });

  it.each([
    [`${USER}?include_totals=true`, 'auth0|1234'],
    [`${USER}/?a=/x`, 'auth0|1234'],
    ['/api/v2/users/samlp%7Cadfs%7CCN%3DJane%20Doe', 'samlp|adfs|CN=Jane Doe'],
    ['/api/v2/users/samlp|x|DOM\\jané', 'samlp|x|DOM\\jané'],
  ])('to %s is about the user %s', (path, subject) => {
    expect(written(path)).toEqual({ subject, kind: 'all' });
  });

  it('is never about the user in the event, who is the administrator', () => {
    expect(revokedBy({ type: 'sapi', path: USER, user: 'auth0|admin' })).toMatchObject({ subject: 'auth0|1234' });
  });

  it('names the same user for every id, whatever characters it has', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 60, unit: 'grapheme' }), (id) => {
        fc.pre(isSubject(id));
        expect(written(`/api/v2/users/${encodeURIComponent(id)}`)).toEqual({ subject: id, kind: 'all' });
        expect(written(`/api/v2/users/${encodeURIComponent(id)}/application-passwords/x`)?.subject).toBe(id);
      }),
    );
  });

  it('with any path revokes, revokes nothing or is malformed', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.webPath(), fc.anything()), (path) => {
        try {
          const found = written(path);
          if (found) expect(String(path).startsWith('/api/v2/users/')).toBe(true);
        } catch (error) {
          expect(error).toMatchObject({ code: 'message_malformed' });
        }
      }),
    );
  });
});

describe('an event about a user', () => {
  it.each(['scp', 'sdu', 'srrt', 'universal_logout_succeeded'])('with the code %s revokes all', (type) => {
    expect(revokedBy({ type, user: 'auth0|1234' })).toEqual({ subject: 'auth0|1234', kind: 'all' });
  });

  it.each(['s', 'f', 'fp', 'slo', 'scpr', 'fdu', 'limit_wc', 'limit_mu', 'pwd_leak', '', 'constructor', '__proto__'])(
    'with the code "%s" revokes nothing: it is unknown, or anybody can cause it',
    (type) => {
      expect(revokedBy({ type, user: 'auth0|1234' })).toBeUndefined();
    },
  );

  it.each([undefined, 42, 'a\n', 'a'.repeat(513)])('is malformed with the user %j', (user) => {
    expect(() => revokedBy({ type: 'scp', user })).toThrow(/does not name a user/);
  });

  it.each(['', null])('revokes nothing if it is about no user, as with the user %j', (user) => {
    expect(revokedBy({ type: 'scp', user })).toBeUndefined();
  });

  it('is malformed without a code', () => {
    expect(() => revokedBy({ user: 'auth0|1234' })).toThrow(/no type/);
  });
});

describe('a subject', () => {
  const expected = { issuer: 'https://tenant.auth0.com/', audiences: ['a'], clock: () => 0, clockToleranceSeconds: 5 };
  const isAccepted = (sub: string) =>
    doesNotThrow(() => validateClaims({ iss: expected.issuer, aud: 'a', sub }, expected));

  it.each(['samlp|adfs|CN=Jane Doe,OU=Sales', 'a'.repeat(512), 'a'.repeat(513), 'é', '', ' ', 'a\u0085'])(
    'such as %j can be revoked if and only if the authorizer accepts it',
    (subject) => {
      expect(isSubject(subject)).toBe(isAccepted(subject));
    },
  );

  it('of any characters can be revoked if and only if the authorizer accepts it', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 600, unit: 'binary' }), (subject) => {
        expect(isSubject(subject)).toBe(isAccepted(subject));
      }),
    );
  });
});

function doesNotThrow(call: () => unknown): boolean {
  try {
    call();
    return true;
  } catch {
    return false;
  }
}

function isSubject(id: string): boolean {
  return doesNotThrow(() => parseSubject(id));
}
