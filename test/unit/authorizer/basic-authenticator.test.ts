import { describe, expect, it } from 'vitest';
import type { BasicOrder } from '../../../src/authorizer/basic-authenticator.ts';
import { NOW_SECONDS } from '../../support/core/clock.ts';
import { credentialError } from '../../support/core/errors.ts';
import { activePassword, INACTIVE } from '../../support/core/introspection-answers.ts';
import { makeIssuerKey, mint } from '../../support/core/issuer.ts';
import { contextFrom } from '../../support/core/issuer-endpoints.ts';
import { failure, form, json } from '../../support/core/scripted-http.ts';
import { loggedIn, loginError, WRONG_PASSWORD } from '../../support/core/token-endpoint.ts';
import { World, type WorldSettings } from '../../support/core/world.ts';

const USER = 'user@example.com';
const ASP = 'abcdefghijklmnop';
const PASSWORD = 'correct horse';
const issuerKey = await makeIssuerKey('rsa-1');
const accessToken = await mint(issuerKey, { scope: 'read:foo', sub: 'auth0|1234' });

/** A world in which the user has a password and an app specific password. */
function world(settings: WorldSettings = {}) {
  const world = new World({ issuerKeys: [issuerKey], ...settings });
  world.tokens.set(ASP, activePassword());
  world.passwords.set(`${USER}:${PASSWORD}`, loggedIn(accessToken));
  const logIn = (username: string, secret: string) =>
    world.basicAuthenticator.authenticate({ kind: 'basic', username, secret }, contextFrom(world.clock));
  const counts = () => [world.counts.logins, world.counts.introspections];
  return { world, logIn, counts };
}

const inactive = credentialError('token_inactive', 'The server does not know the token as active.');
const mismatch = credentialError('username_mismatch', 'The app specific password is not of the user named.');
const refusedType = credentialError('token_type_refused', 'As a Basic secret, only an app specific password is taken.');
const loginRefused = credentialError('login_refused', 'The server does not let this user log in.');

const ORDERS: readonly BasicOrder[] = ['auto', 'password-first', 'introspect-first'];

describe('whatever the order', () => {
  it.each(ORDERS)('an app specific password and a password are let in: %s', async (order) => {
    const { logIn } = world({ order });
    expect(await logIn(USER, ASP)).toMatchObject({
      subject: 'auth0|1234',
      username: USER,
      tokenType: 'application_specific_password_token',
      scopes: ['read:foo', 'create:foo'],
    });
    expect(await logIn(USER, PASSWORD)).toMatchObject({
      subject: 'auth0|1234',
      username: USER,
      tokenType: 'access_token',
      scopes: ['read:foo'],
      expiresAt: NOW_SECONDS + 3600,
    });
  });

  it.each(ORDERS)('a wrong secret is refused: %s', async (order) => {
    const { logIn } = world({ order });
    await expect(logIn(USER, 'wrong')).rejects.toMatchObject({ name: 'CredentialError' });
    await expect(logIn(USER, 'zzzzzzzzzzzzzzzz')).rejects.toMatchObject({ name: 'CredentialError' });
  });

  it.each(ORDERS)("someone else's app specific password is refused: %s", async (order) => {
    const { logIn } = world({ order });
    await expect(logIn('other@example.com', ASP)).rejects.toThrow(mismatch);
  });

  it.each(ORDERS)('an opaque access token is no secret: %s', async (order) => {
    const {
      world: { tokens },
      logIn,
    } = world({ order });
    for (const token of ['opaque-token', 'opaqueTokenOfABC']) {
      tokens.set(token, activePassword({ token_type: 'Bearer' }));
      await expect(logIn(USER, token)).rejects.toThrow(refusedType);
    }
  });

  it.each(ORDERS)('a JWT is no secret, however good: %s', async (order) => {
    const {
      world: { tokens },
      logIn,
    } = world({ order });
    tokens.set(accessToken, activePassword({ token_type: 'access_token' }));
    await expect(logIn(USER, accessToken)).rejects.toThrow(refusedType);
  });

  it.each(ORDERS)('a refresh token is no secret: %s', async (order) => {
    const {
      world: { tokens },
      logIn,
    } = world({ order });
    tokens.set('refresh-token', activePassword({ token_type: 'refresh_token' }));
    await expect(logIn(USER, 'refresh-token')).rejects.toThrow(
      credentialError('token_type_refused', 'Tokens of this type are no credentials.'),
    );
  });

  it.each(ORDERS)('an outage is no refusal: %s', async (order) => {
    const { world: it, logIn } = world({ order });
    it.outage = failure('timeout');
    for (const secret of [ASP, PASSWORD]) {
      await expect(logIn(USER, secret)).rejects.toMatchObject({ name: 'IssuerError', code: 'issuer_timeout' });
    }
  });

  it.each(ORDERS)('a Bearer token is not its business: %s', async (order) => {
    const { world: it, counts } = world({ order });
    const credential = { kind: 'bearer', token: ASP } as const;
    expect(await it.basicAuthenticator.authenticate(credential, contextFrom(it.clock))).toBeUndefined();
    expect(counts()).toEqual([0, 0]);
  });
});

describe('the order auto', () => {
  it('never spends a login on what looks like an app specific password, revoked or not', async () => {
    const {
      world: { tokens },
      logIn,
      counts,
    } = world();
    for (let i = 0; i < 30; i += 1) await logIn(USER, ASP);
    tokens.set(ASP, INACTIVE);
    for (let i = 0; i < 30; i += 1) await expect(logIn(USER, ASP)).rejects.toThrow(inactive);
    expect(counts()).toEqual([0, 60]);
  });

  it.each(['abcdefghijklmno', 'abcdefghijklmnopq', 'abcdefghijklmno1', 'abcdefghijklmnoé', 'abcdefghijklmno '])(
    'takes %j for a password first',
    async (secret) => {
      const { logIn, counts } = world();
      await expect(logIn(USER, secret)).rejects.toThrow(inactive);
      expect(counts()).toEqual([1, 1]);
    },
  );

  it('introspects no secret that was the right password', async () => {
    const { logIn, counts } = world();
    await logIn(USER, PASSWORD);
    expect(counts()).toEqual([1, 0]);
  });

  it('lets in an app specific password of another form, after one failed login in 300 s', async () => {
    const { world: it, logIn, counts } = world();
    it.tokens.set('form-of-the-future', activePassword());
    for (let i = 0; i < 3; i += 1) await logIn(USER, 'form-of-the-future');
    expect(counts()).toEqual([1, 3]);
    it.clock.advanceSeconds(300);
    await logIn(USER, 'form-of-the-future');
    expect(counts()).toEqual([2, 4]);
  });
});

describe('the order password-first', () => {
  const order = 'password-first';

  it('logs in first, with whatever secret', async () => {
    const { logIn, counts } = world({ order });
    await logIn(USER, PASSWORD);
    expect(counts()).toEqual([1, 0]);
    await logIn(USER, ASP);
    expect(counts()).toEqual([2, 1]);
  });

  it('spends one failed login a process on one app specific password, even after it is revoked', async () => {
    const { world: it, logIn, counts } = world({ order });
    for (let i = 0; i < 30; i += 1) {
      await logIn(USER, ASP);
      it.clock.advanceSeconds(301);
    }
    it.tokens.set(ASP, INACTIVE);
    for (let i = 0; i < 30; i += 1) {
      await expect(logIn(USER, ASP)).rejects.toThrow(inactive);
      it.clock.advanceSeconds(301);
    }
    expect(counts()).toEqual([1, 60]);
  });

  it("spends one failed login on someone else's app specific password too", async () => {
    const { world: it, logIn, counts } = world({ order });
    for (let i = 0; i < 5; i += 1) {
      await expect(logIn('victim@example.com', ASP)).rejects.toThrow(mismatch);
      it.clock.advanceSeconds(301);
    }
    expect(counts()).toEqual([1, 5]);
  });
});

describe('the order introspect-first', () => {
  const order = 'introspect-first';

  it('introspects first, with whatever secret', async () => {
    const { logIn, counts } = world({ order });
    await logIn(USER, ASP);
    expect(counts()).toEqual([0, 1]);
    await logIn(USER, PASSWORD);
    expect(counts()).toEqual([1, 2]);
  });

  it('does not log in with what turned out to be an app specific password, revoked or not', async () => {
    const { world: it, logIn, counts } = world({ order });
    await logIn(USER, ASP);
    it.tokens.set(ASP, INACTIVE);
    await expect(logIn(USER, ASP)).rejects.toThrow(inactive);
    expect(counts()).toEqual([0, 2]);
  });

  it('logs in only if the server does not know the secret, not if it refuses it or fails', async () => {
    const { world: it, logIn, counts } = world({ order });
    it.tokens.set(PASSWORD, activePassword({ iss: 'https://evil.example/' }));
    await expect(logIn(USER, PASSWORD)).rejects.toMatchObject({ code: 'issuer_mismatch' });
    it.tokens.set(PASSWORD, json(500, {}));
    await expect(logIn(USER, PASSWORD)).rejects.toMatchObject({ code: 'issuer_unavailable' });
    expect(counts()).toEqual([0, 2]);
  });
});

describe('a login', () => {
  it.each([
    [403, 'mfa_required'],
    [401, 'password_leaked'],
    [429, 'too_many_attempts'],
    [403, 'unauthorized'],
    [403, 'access_denied'],
  ])('that is refused for good (%i %s) stays refused, though the introspection is asked', async (status, error) => {
    const { world: it, logIn, counts } = world();
    it.tokens.set(PASSWORD, activePassword());
    it.passwords.set(`${USER}:${PASSWORD}`, loginError(status, error));
    await expect(logIn(USER, PASSWORD)).rejects.toThrow(loginRefused);
    expect(counts()).toEqual([1, 1]);
    await expect(logIn(USER, PASSWORD)).rejects.toThrow(loginRefused);
    expect(counts()).toEqual([1, 2]);
  });

  it.each([
    [401, 'invalid_client', 'issuer_client_refused'],
    [403, 'unauthorized_client', 'issuer_client_refused'],
    [400, 'invalid_request', 'issuer_refused'],
    [500, 'server_error', 'issuer_refused'],
    [401, 'access_denied', 'issuer_client_refused'],
  ])("that fails by our fault or the server's (%i %s) is not either", async (status, error, code) => {
    const { world: it, logIn, counts } = world();
    it.passwords.set(`${USER}:${PASSWORD}`, loginError(status, error));
    await expect(logIn(USER, PASSWORD)).rejects.toMatchObject({ name: 'IssuerError', code });
    expect(counts()).toEqual([1, 0]);
  });

  it('yields a token that is judged like any other', async () => {
    for (const [token, code] of [
      [await mint(issuerKey, { aud: 'https://other.api' }), 'audience_mismatch'],
      [await mint(await makeIssuerKey('rsa-1')), 'signature_invalid'],
      ['opaque-and-unknown', 'token_inactive'],
    ] as const) {
      const { world: it, logIn } = world();
      it.passwords.set(`${USER}:${PASSWORD}`, loggedIn(token));
      await expect(logIn(USER, PASSWORD)).rejects.toMatchObject({ name: 'CredentialError', code });
    }
  });

  it('is not tried again for 300 s when its token is refused, unless only the key of the token is unknown yet', async () => {
    const { world: it, logIn, counts } = world();
    it.passwords.set(`${USER}:${PASSWORD}`, loggedIn(await mint(issuerKey, { aud: 'https://other.api' })));
    for (let time = 0; time < 2; time += 1) {
      await expect(logIn(USER, PASSWORD)).rejects.toMatchObject({ code: 'audience_mismatch' });
    }
    expect(counts()).toEqual([1, 2]);
    it.passwords.set(`${USER}:secret`, loggedIn(await mint(await makeIssuerKey('rsa-2'))));
    await expect(logIn(USER, 'secret')).rejects.toMatchObject({ code: 'key_unknown' });
    it.passwords.set(`${USER}:secret`, loggedIn(accessToken));
    expect(await logIn(USER, 'secret')).toMatchObject({ subject: 'auth0|1234' });
  });

  it('may yield an opaque token, which is introspected', async () => {
    const { world: it, logIn } = world();
    it.passwords.set(`${USER}:${PASSWORD}`, loggedIn('opaque'));
    it.tokens.set('opaque', activePassword({ token_type: 'Bearer', username: undefined }));
    expect(await logIn(USER, PASSWORD)).toMatchObject({ tokenType: 'access_token', username: USER });
  });

  it('keeps the name that the token gives, where it gives one', async () => {
    const { world: it, logIn } = world();
    it.passwords.set(`${USER}:${PASSWORD}`, loggedIn(await mint(issuerKey, { username: 'canonical' })));
    expect(await logIn(USER, PASSWORD)).toMatchObject({ username: 'canonical' });
  });

  it("carries the caller's IP", async () => {
    const { world: it } = world();
    const context = { ...contextFrom(it.clock), callerIp: '203.0.113.7' };
    await it.basicAuthenticator.authenticate({ kind: 'basic', username: USER, secret: PASSWORD }, context);
    expect(it.http.requests[0]?.headers).toMatchObject({ 'auth0-forwarded-for': '203.0.113.7' });
    expect(form(it.http.requests[0])).toMatchObject({ scope: 'create:foo read:foo' });
  });
});

describe('without a client for the password grant', () => {
  it.each(ORDERS)('every secret is introspected, and that is final: %s', async (order) => {
    const { logIn, counts } = world({ order, hasPasswordGrant: false });
    expect(await logIn(USER, ASP)).toMatchObject({ subject: 'auth0|1234' });
    await expect(logIn(USER, PASSWORD)).rejects.toThrow(inactive);
    expect(counts()).toEqual([0, 2]);
  });
});

describe('the name', () => {
  const named = async (username: unknown, given: string) => {
    const { world: it, logIn } = world();
    it.tokens.set(ASP, activePassword({ username }));
    return logIn(given, ASP);
  };

  it.each(['USER@example.com', 'User@Example.COM', USER])(
    'is compared whatever the case of ASCII letters: %s',
    async (given) => {
      expect(await named(USER, given)).toMatchObject({ subject: 'auth0|1234', username: USER });
    },
  );

  it.each([
    ['the KELVIN SIGN', 'kelvin', '\u212Aelvin'],
    ['the dotless i', 'istanbul', '\u0131stanbul'],
    ['the dotted capital I', 'istanbul', '\u0130stanbul'],
    ['the long s', 'system', '\u017Fystem'],
    ['the sharp s', 'strasse', 'stra\u00DFe'],
    ['capital umlauts', '\u00FCser', '\u00DCser'],
    ['fullwidth letters', 'user', '\uFF55ser'],
    ['decomposed umlauts', '\u00FCser', 'u\u0308ser'],
    ['a space', 'user', 'user '],
    ['a zero-width space', 'user', 'us\u200Ber'],
    ['a prefix', 'user@example.com', 'user@example.co'],
    ['the subject', USER, 'auth0|1234'],
  ])('does not fold other letters: %s', async (_, username, given) => {
    await expect(named(username, given)).rejects.toThrow(mismatch);
    await expect(named(given, username)).rejects.toThrow(mismatch);
  });

  it.each([undefined, null])('is the subject, exactly, if the server gives none (%s)', async (username) => {
    expect(await named(username, 'auth0|1234')).toMatchObject({ subject: 'auth0|1234', username: undefined });
    await expect(named(username, 'AUTH0|1234')).rejects.toThrow(mismatch);
    await expect(named(username, USER)).rejects.toThrow(mismatch);
  });

  it('is not the subject if the server gives an empty name', async () => {
    await expect(named('', 'auth0|1234')).rejects.toThrow(mismatch);
  });
});

describe('a wrong password', () => {
  it('is the same to the caller as any other secret that is not known', async () => {
    const { world: it, logIn } = world();
    it.passwords.set(`${USER}:typo`, WRONG_PASSWORD);
    await expect(logIn(USER, 'typo')).rejects.toThrow(inactive);
  });
});
