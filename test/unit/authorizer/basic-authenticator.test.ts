import { describe, expect, it } from 'vitest';
import { BasicAuthenticator, type BasicOrder } from '../../../src/authorizer/basic-authenticator.ts';
import { credentialDigest } from '../../../src/core/credential-digest.ts';
import { ACCESS_TOKEN, APPLICATION_SPECIFIC_PASSWORD, type TokenType } from '../../../src/core/principal.ts';
import { NOW_SECONDS } from '../../support/core/clock.ts';
import { basic } from '../../support/core/composed.ts';
import { credentialError, unauthenticated } from '../../support/core/errors.ts';
import { activePassword, INACTIVE } from '../../support/core/introspection-responses.ts';
import { makeIssuerKey, mint } from '../../support/core/issuer.ts';
import { CONTEXT } from '../../support/core/issuer-endpoints.ts';
import { failure, form, json } from '../../support/core/scripted-http.ts';
import { loggedIn, loginError, WRONG_PASSWORD } from '../../support/core/token-endpoint.ts';
import { World } from '../../support/core/world.ts';
import { PRINCIPAL } from '../../support/lambda/decisions.ts';

const USER = 'user@example.com';
const ASP = 'abcdefghijklmnop';
const PASSWORD = 'correct horse';
const issuerKey = await makeIssuerKey('rsa-1');
const accessToken = await mint(issuerKey, { scope: 'read:foo', sub: 'auth0|1234' });

interface Settings {
  readonly order?: BasicOrder;
  readonly hasPasswordGrant?: boolean;
}

/** A world that caches no decision, in which the user has a password and an app specific password. */
function newWorld({ order: basicOrder = 'auto', hasPasswordGrant = true }: Settings = {}) {
  const configuration = { basicOrder, cacheTtlSeconds: 0, negativeTtlSeconds: 0 };
  const world = new World({ issuerKeys: [issuerKey], configuration, hasPasswordGrant });
  world.tokens.set(ASP, activePassword());
  world.passwords.set(`${USER}:${PASSWORD}`, loggedIn(accessToken));
  const logIn = (username: string, secret: string) => world.decide(basic(username, secret));
  const counts = () => [world.counts.logins, world.counts.introspections];
  return { world, logIn, counts };
}

/** The decision on an invalid credential. */
const unavailable = (reason: string) => expect.objectContaining({ outcome: 'unavailable', reason });
const allowed = (principal: object = {}) => ({ outcome: 'allow', principal: expect.objectContaining(principal) });

const inactive = unauthenticated('token_inactive');
const mismatch = unauthenticated('username_mismatch');
const refusedType = unauthenticated('token_type_refused');
const loginRefused = unauthenticated('login_refused');

const ORDERS: readonly BasicOrder[] = ['auto', 'password-first', 'introspect-first'];

describe('the Basic authenticator in every order', () => {
  it.each(ORDERS)('allows an app specific password and a password: %s', async (order) => {
    const { logIn } = newWorld({ order });
    expect(await logIn(USER, ASP)).toMatchObject(
      allowed({
        subject: 'auth0|1234',
        username: USER,
        tokenType: 'application_specific_password_token',
        scopes: ['read:foo', 'create:foo'],
      }),
    );
    expect(await logIn(USER, PASSWORD)).toMatchObject(
      allowed({
        subject: 'auth0|1234',
        username: USER,
        tokenType: 'access_token',
        scopes: ['read:foo'],
        expiresAt: NOW_SECONDS + 3600,
      }),
    );
  });

  it.each(ORDERS)('refuses a wrong secret: %s', async (order) => {
    const { logIn } = newWorld({ order });
    expect(await logIn(USER, 'wrong')).toMatchObject({ outcome: 'unauthenticated' });
    expect(await logIn(USER, 'zzzzzzzzzzzzzzzz')).toMatchObject({ outcome: 'unauthenticated' });
  });

  it.each(ORDERS)("refuses another user's app specific password: %s", async (order) => {
    const { logIn } = newWorld({ order });
    expect(await logIn('other@example.com', ASP)).toEqual(mismatch);
  });

  it.each([
    ['the e-mail address', { username: 'jdoe', email: USER }, 'User@Example.com', true],
    ['the username beside an e-mail address', { username: 'jdoe', email: USER }, 'JDoe', true],
    ['the e-mail address if there is no username', { username: undefined, email: USER }, USER, true],
    ['the user id if there is no other name', { username: undefined }, 'auth0|1234', true],
    ['an e-mail address that is not verified', { username: 'jdoe', email: USER, email_verified: false }, USER, false],
    ['the user id beside a username', { username: 'jdoe' }, 'auth0|1234', false],
    ['a name of somebody else', { username: 'jdoe', email: USER }, 'other@example.com', false],
  ])("compares the name with each name of the password's owner: %s", async (_, owner, name, isAllowed) => {
    const { world, logIn } = newWorld();
    world.tokens.set(ASP, activePassword(owner));
    expect(await logIn(name, ASP)).toMatchObject(isAllowed ? allowed({ subject: 'auth0|1234' }) : mismatch);
  });

  it.each([
    [
      { username: 'jdoe' },
      'The app specific password belongs to another user: the name is not the username in the response.',
    ],
    [
      { username: 'jdoe', email: 'jdoe@example.com' },
      'The app specific password belongs to another user: the name is not the username or email in the response.',
    ],
    [
      { username: undefined },
      'The response names no user: it has neither "username" nor "email", or the e-mail address is not verified. So the name must be the user id ("sub"), and it is not.',
    ],
  ])('reports which names were compared, without the names: %j', async (owner, message) => {
    const { world, logIn } = newWorld();
    world.tokens.set(ASP, activePassword(owner));
    expect(await logIn(USER, ASP)).toMatchObject({ reason: 'username_mismatch', message });
  });

  it.each(ORDERS)('refuses an opaque access token as a secret: %s', async (order) => {
    const { world, logIn } = newWorld({ order });
    for (const token of ['opaque-token', 'opaqueTokenOfABC']) {
      world.tokens.set(token, activePassword({ token_type: 'Bearer' }));
      expect(await logIn(USER, token)).toEqual(refusedType);
    }
  });

  it.each(ORDERS)('refuses a valid JWT as a secret: %s', async (order) => {
    const { world, logIn } = newWorld({ order });
    world.tokens.set(accessToken, activePassword({ token_type: 'access_token' }));
    expect(await logIn(USER, accessToken)).toEqual(refusedType);
  });

  it.each(ORDERS)('refuses a refresh token as a secret: %s', async (order) => {
    const { world, logIn } = newWorld({ order });
    world.tokens.set('refresh-token', activePassword({ token_type: 'refresh_token' }));
    expect(await logIn(USER, 'refresh-token')).toEqual(unauthenticated('token_type_refused'));
  });

  it.each(ORDERS)('makes the decision unavailable in an outage: %s', async (order) => {
    const { world, logIn } = newWorld({ order });
    world.outage = failure('timeout');
    for (const secret of [ASP, PASSWORD]) {
      expect(await logIn(USER, secret)).toEqual(unavailable('issuer_timeout'));
    }
  });
});

describe('the order auto', () => {
  it('never tries to log in with a possible app specific password, revoked or not', async () => {
    const { world, logIn, counts } = newWorld();
    for (let i = 0; i < 30; i += 1) await logIn(USER, ASP);
    world.tokens.set(ASP, INACTIVE);
    for (let i = 0; i < 30; i += 1) expect(await logIn(USER, ASP)).toEqual(inactive);
    expect(counts()).toEqual([0, 60]);
  });

  it.each(['abcdefghijklmno', 'abcdefghijklmnopq', 'abcdefghijklmno1', 'abcdefghijklmnoé', 'abcdefghijklmno '])(
    'tries %j as a password first',
    async (secret) => {
      const { logIn, counts } = newWorld();
      expect(await logIn(USER, secret)).toEqual(inactive);
      expect(counts()).toEqual([1, 1]);
    },
  );

  it('does not introspect the right password', async () => {
    const { logIn, counts } = newWorld();
    await logIn(USER, PASSWORD);
    expect(counts()).toEqual([1, 0]);
  });

  it('allows an app specific password of another form, after one failed login in 300 s', async () => {
    const { world, logIn, counts } = newWorld();
    world.tokens.set('form-of-the-future', activePassword());
    for (let i = 0; i < 3; i += 1) await logIn(USER, 'form-of-the-future');
    expect(counts()).toEqual([1, 3]);
    world.clock.advanceSeconds(300);
    await logIn(USER, 'form-of-the-future');
    expect(counts()).toEqual([2, 4]);
  });
});

describe('the order password-first', () => {
  const order = 'password-first';

  it('tries every secret as a password first', async () => {
    const { logIn, counts } = newWorld({ order });
    await logIn(USER, PASSWORD);
    expect(counts()).toEqual([1, 0]);
    await logIn(USER, ASP);
    expect(counts()).toEqual([2, 1]);
  });

  it('causes one failed login per process for an app specific password, even after it is revoked', async () => {
    const { world, logIn, counts } = newWorld({ order });
    for (let i = 0; i < 30; i += 1) {
      await logIn(USER, ASP);
      world.clock.advanceSeconds(301);
    }
    world.tokens.set(ASP, INACTIVE);
    for (let i = 0; i < 30; i += 1) {
      expect(await logIn(USER, ASP)).toEqual(inactive);
      world.clock.advanceSeconds(301);
    }
    expect(counts()).toEqual([1, 60]);
  });

  it("causes one failed login for another user's app specific password too", async () => {
    const { world, logIn, counts } = newWorld({ order });
    for (let i = 0; i < 5; i += 1) {
      expect(await logIn('victim@example.com', ASP)).toEqual(mismatch);
      world.clock.advanceSeconds(301);
    }
    expect(counts()).toEqual([1, 5]);
  });
});

describe('the order introspect-first', () => {
  const order = 'introspect-first';

  it('introspects every secret first', async () => {
    const { logIn, counts } = newWorld({ order });
    await logIn(USER, ASP);
    expect(counts()).toEqual([0, 1]);
    await logIn(USER, PASSWORD);
    expect(counts()).toEqual([1, 2]);
  });

  it('never tries to log in with a known app specific password, revoked or not', async () => {
    const { world, logIn, counts } = newWorld({ order });
    await logIn(USER, ASP);
    world.tokens.set(ASP, INACTIVE);
    expect(await logIn(USER, ASP)).toEqual(inactive);
    expect(counts()).toEqual([0, 2]);
  });

  it('tries to log in only if the issuer does not know the secret, not if it refuses the secret or fails', async () => {
    const { world, logIn, counts } = newWorld({ order });
    world.tokens.set(PASSWORD, activePassword({ iss: 'https://evil.example/' }));
    expect(await logIn(USER, PASSWORD)).toEqual(unauthenticated('issuer_mismatch'));
    world.tokens.set(PASSWORD, json(500, {}));
    expect(await logIn(USER, PASSWORD)).toEqual(unavailable('issuer_unavailable'));
    expect(counts()).toEqual([0, 2]);
  });
});

describe('a login with a Basic credential', () => {
  it.each([
    [403, 'mfa_required'],
    [401, 'password_leaked'],
    [429, 'too_many_attempts'],
    [403, 'unauthorized'],
    [403, 'access_denied'],
  ])('stays refused after %i %s, although the secret is introspected', async (status, error) => {
    const { world, logIn, counts } = newWorld();
    world.tokens.set(PASSWORD, activePassword());
    world.passwords.set(`${USER}:${PASSWORD}`, loginError(status, error));
    expect(await logIn(USER, PASSWORD)).toEqual(loginRefused);
    expect(counts()).toEqual([1, 1]);
    expect(await logIn(USER, PASSWORD)).toEqual(loginRefused);
    expect(counts()).toEqual([1, 2]);
  });

  it.each([
    [401, 'invalid_client', 'issuer_client_refused'],
    [403, 'unauthorized_client', 'issuer_client_refused'],
    [400, 'invalid_request', 'issuer_refused'],
    [500, 'server_error', 'issuer_refused'],
    [401, 'access_denied', 'issuer_client_refused'],
  ])("makes the decision unavailable if it fails by our fault or the issuer's (%i %s)", async (status, error, code) => {
    const { world, logIn, counts } = newWorld();
    world.passwords.set(`${USER}:${PASSWORD}`, loginError(status, error));
    expect(await logIn(USER, PASSWORD)).toEqual(unavailable(code));
    expect(counts()).toEqual([1, 0]);
  });

  it('returns a token that is verified like any other', async () => {
    for (const [token, code] of [
      [await mint(issuerKey, { aud: 'https://other.api' }), 'audience_mismatch'],
      [await mint(await makeIssuerKey('rsa-1')), 'signature_invalid'],
      ['opaque-and-unknown', 'token_inactive'],
    ] as const) {
      const { world, logIn } = newWorld();
      world.passwords.set(`${USER}:${PASSWORD}`, loggedIn(token));
      expect(await logIn(USER, PASSWORD)).toEqual(unauthenticated(code));
    }
  });

  it('is not tried again for 300 s if its token is refused, unless the key of the token is unknown', async () => {
    const { world, logIn, counts } = newWorld();
    world.passwords.set(`${USER}:${PASSWORD}`, loggedIn(await mint(issuerKey, { aud: 'https://other.api' })));
    for (let time = 0; time < 2; time += 1) {
      expect(await logIn(USER, PASSWORD)).toEqual(unauthenticated('audience_mismatch'));
    }
    expect(counts()).toEqual([1, 2]);
    world.passwords.set(`${USER}:secret`, loggedIn(await mint(await makeIssuerKey('rsa-2'))));
    expect(await logIn(USER, 'secret')).toEqual(unauthenticated('key_unknown'));
    world.passwords.set(`${USER}:secret`, loggedIn(accessToken));
    expect(await logIn(USER, 'secret')).toMatchObject(allowed({ subject: 'auth0|1234' }));
  });

  it('may return an opaque token, which is then introspected', async () => {
    const { world, logIn } = newWorld();
    world.passwords.set(`${USER}:${PASSWORD}`, loggedIn('opaque'));
    world.tokens.set('opaque', activePassword({ token_type: 'Bearer', username: undefined }));
    expect(await logIn(USER, PASSWORD)).toMatchObject(allowed({ tokenType: 'access_token', username: USER }));
  });

  it('uses the username of the token if it has one', async () => {
    const { world, logIn } = newWorld();
    world.passwords.set(`${USER}:${PASSWORD}`, loggedIn(await mint(issuerKey, { username: 'canonical' })));
    expect(await logIn(USER, PASSWORD)).toMatchObject(allowed({ username: 'canonical' }));
  });

  it("sends the caller's IP and requests the scopes of all routes", async () => {
    const { world } = newWorld();
    await world.decide(basic(USER, PASSWORD), { callerIp: '203.0.113.7' });
    expect(world.http.requests[0]?.headers).toMatchObject({ 'auth0-forwarded-for': '203.0.113.7' });
    expect(form(world.http.requests[0])).toMatchObject({ scope: 'create:foo read:foo' });
  });
});

describe('the Basic authenticator without a client for the password grant', () => {
  it.each(ORDERS)('introspects every secret and never tries it as a password: %s', async (order) => {
    const { logIn, counts } = newWorld({ order, hasPasswordGrant: false });
    expect(await logIn(USER, ASP)).toMatchObject(allowed({ subject: 'auth0|1234' }));
    expect(await logIn(USER, PASSWORD)).toEqual(inactive);
    expect(counts()).toEqual([0, 2]);
  });
});

describe('the username', () => {
  const named = async (username: unknown, given: string) => {
    const { world, logIn } = newWorld();
    world.tokens.set(ASP, activePassword({ username }));
    return logIn(given, ASP);
  };

  it.each(['USER@example.com', 'User@Example.COM', USER])(
    'is compared without regard to the case of ASCII letters: %s',
    async (given) => {
      expect(await named(USER, given)).toMatchObject(allowed({ subject: 'auth0|1234', username: USER }));
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
  ])('is compared exactly in all other characters: %s', async (_, username, given) => {
    expect(await named(username, given)).toEqual(mismatch);
    expect(await named(given, username)).toEqual(mismatch);
  });

  it.each([undefined, null])(
    'is compared exactly with the subject if the issuer gives no username (%s)',
    async (username) => {
      expect(await named(username, 'auth0|1234')).toMatchObject(
        allowed({ subject: 'auth0|1234', username: undefined }),
      );
      expect(await named(username, 'AUTH0|1234')).toEqual(mismatch);
      expect(await named(username, USER)).toEqual(mismatch);
    },
  );

  it('is not compared with the subject if the issuer gives an empty username', async () => {
    expect(await named('', 'auth0|1234')).toEqual(mismatch);
  });
});

describe('a wrong password', () => {
  it('is refused with the same reason as any other unknown secret', async () => {
    const { world, logIn } = newWorld();
    world.passwords.set(`${USER}:typo`, WRONG_PASSWORD);
    expect(await logIn(USER, 'typo')).toEqual(inactive);
  });
});

describe('the Basic authenticator', () => {
  const authenticator = (tokenType: TokenType) =>
    new BasicAuthenticator({
      order: 'auto',
      introspector: { introspect: async () => ({ ...PRINCIPAL, tokenType, username: USER }) },
      bearerAuthenticators: [],
      digest: credentialDigest(),
      allowedOrganizations: [],
    });
  const credential = { kind: 'basic', username: 'other@example.com', secret: ASP } as const;

  it('leaves Bearer tokens to the other authenticators', async () => {
    const bearer = { kind: 'bearer', token: ASP } as const;
    expect(await authenticator(APPLICATION_SPECIFIC_PASSWORD).authenticate(bearer, CONTEXT)).toBeUndefined();
  });

  it('reports why it refuses a secret', async () => {
    await expect(authenticator(ACCESS_TOKEN).authenticate(credential, CONTEXT)).rejects.toThrow(
      credentialError('token_type_refused', 'The Basic secret is a token, but not an app specific password.'),
    );
    await expect(authenticator(APPLICATION_SPECIFIC_PASSWORD).authenticate(credential, CONTEXT)).rejects.toThrow(
      credentialError(
        'username_mismatch',
        'The app specific password belongs to another user: the name is not the username in the response.',
      ),
    );
  });
});
