import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { HttpRequest } from '../../../src/core/http.ts';
import { isJsonObject, parseJson } from '../../../src/core/json.ts';
import { basic, Composed, type ConfigurationChanges } from '../../support/core/composed.ts';
import {
  activePassword,
  INACTIVE,
  INTROSPECTION_URL,
  INVALID_CLIENT,
} from '../../support/core/introspection-responses.ts';
import { AUDIENCE, type IssuerKey, JWKS_URL, makeIssuerKey, mint } from '../../support/core/issuer.ts';
import { failure, form, json, type Reply } from '../../support/core/scripted-http.ts';
import { loggedIn, TOKEN_URL, WRONG_PASSWORD } from '../../support/core/token-endpoint.ts';

const OLD = 'https://old.api';
const FOREIGN = 'https://foreign.api';
const ASP = 'abcdefghijklmnop';
const USER = 'user@example.com';

let key: IssuerKey;
beforeAll(async () => {
  key = await makeIssuerKey('tenant-key');
});

/** What the tenant responds to each token, by the audience in whose name it is asked. */
type Known = Readonly<Record<string, Readonly<Record<string, Reply>>>>;

/** A tenant that reports a token as active only to the resource server that it is for. */
class Tenant {
  /** In whose names the tenant was asked, in order. */
  readonly names: string[] = [];
  readonly logins: Record<string, unknown>[] = [];
  readonly composed: Composed;

  constructor(known: Known, configuration: ConfigurationChanges = {}, password: Reply = WRONG_PASSWORD) {
    this.composed = new Composed(
      (request) => {
        if (request.url === JWKS_URL) return json(200, { keys: [key.publicJwk] });
        if (request.url === TOKEN_URL) {
          this.logins.push(form(request));
          return password;
        }
        const name = nameIn(request);
        this.names.push(name);
        const { token } = form(request);
        return known[name]?.[String(token)] ?? known[name]?.['*'] ?? INACTIVE;
      },
      { audiences: [OLD], ...configuration },
    );
  }

  async decide(authorization: string) {
    return (await this.composed.decide(authorization)).decision;
  }
}

/** Reads whose name is in the client assertion. `iss` and `sub` must be the same. */
function nameIn(request: HttpRequest): string {
  const [, payload = ''] = String(form(request).client_assertion).split('.');
  const claims = parseJson(Buffer.from(payload, 'base64url').toString());
  const { iss, sub } = isJsonObject(claims) ? claims : {};
  expect(sub).toBe(iss);
  return String(iss);
}

const opaque = (changes: Readonly<Record<string, unknown>> = {}) =>
  activePassword({ token_type: 'Bearer', username: undefined, ...changes });
const allowedFor = (...audiences: readonly string[]) => ({ outcome: 'allow', principal: { audiences } });
const refused = (reason: string) => ({ outcome: 'unauthenticated', reason });
const jwtFor = (aud: unknown) => mint(key, { aud }).then((token) => `Bearer ${token}`);

describe('a JWT', () => {
  it.each([
    ['the main audience', AUDIENCE, [AUDIENCE]],
    ['another audience of the API', OLD, [OLD]],
    ['both and a foreign one', [FOREIGN, OLD, AUDIENCE], [AUDIENCE, OLD]],
  ])('for %s is accepted, and its principal names the accepted ones', async (_, aud, named) => {
    expect(await new Tenant({}).decide(await jwtFor(aud))).toMatchObject(allowedFor(...named));
  });

  it('for a foreign audience is refused', async () => {
    for (const aud of [FOREIGN, [FOREIGN], [], `${OLD}/`, OLD.toUpperCase(), undefined])
      expect(await new Tenant({}).decide(await jwtFor(aud))).toMatchObject(refused('audience_mismatch'));
  });

  it('has a principal without audiences if the API has only one, and then no other is accepted', async () => {
    const tenant = new Tenant({}, { audiences: [] });
    const decision = await tenant.decide(await jwtFor([AUDIENCE, OLD]));
    expect(decision).toMatchObject({ outcome: 'allow' });
    expect(decision).toHaveProperty('principal.audiences', undefined);
    expect(await tenant.decide(await jwtFor(OLD))).toMatchObject(refused('audience_mismatch'));
  });

  it('is introspected only in the names that it has, if JWTs are introspected', async () => {
    const known = { [AUDIENCE]: { '*': opaque() }, [OLD]: { '*': opaque({ aud: OLD }) } };
    const tenant = new Tenant(known, { introspectJwts: true });
    expect(await tenant.decide(await jwtFor(OLD))).toMatchObject(allowedFor(OLD));
    expect(await tenant.decide(await jwtFor(AUDIENCE))).toMatchObject(allowedFor(AUDIENCE));
    expect(tenant.names).toEqual([OLD, AUDIENCE]);
  });

  it('that the tenant has revoked is refused, if JWTs are introspected', async () => {
    const tenant = new Tenant({}, { introspectJwts: true });
    expect(await tenant.decide(await jwtFor([AUDIENCE, OLD]))).toMatchObject(refused('token_inactive'));
    expect(tenant.names).toEqual([AUDIENCE, OLD]);
  });
});

describe.each([
  ['an opaque token', 'opaque', opaque],
  ['an app specific password', ASP, activePassword],
])('%s', (_, token, active) => {
  it('of the main audience costs one request', async () => {
    const tenant = new Tenant({ [AUDIENCE]: { [token]: active() } });
    expect(await tenant.decide(`Bearer ${token}`)).toMatchObject(allowedFor(AUDIENCE));
    expect(tenant.names).toEqual([AUDIENCE]);
  });

  it('of another audience is found in its name', async () => {
    const tenant = new Tenant({ [OLD]: { [token]: active({ aud: OLD }) } });
    expect(await tenant.decide(`Bearer ${token}`)).toMatchObject(allowedFor(OLD));
    expect(tenant.names).toEqual([AUDIENCE, OLD]);
  });

  it('of two audiences has a principal for both', async () => {
    const tenant = new Tenant({ [AUDIENCE]: { [token]: active({ aud: [OLD, AUDIENCE] }) } });
    expect(await tenant.decide(`Bearer ${token}`)).toMatchObject(allowedFor(AUDIENCE, OLD));
  });

  it('that nobody knows is refused after one request as each audience, and once for several callers', async () => {
    const tenant = new Tenant({});
    expect(await tenant.decide(`Bearer ${token}`)).toMatchObject(refused('token_inactive'));
    expect(await tenant.decide(`Bearer ${token}`)).toMatchObject(refused('token_inactive'));
    expect(tenant.names).toEqual([AUDIENCE, OLD]);
  });

  it('is not accepted by the name of one audience for another', async () => {
    const tenant = new Tenant({ [AUDIENCE]: { [token]: active({ aud: OLD }) } });
    expect(await tenant.decide(`Bearer ${token}`)).toMatchObject(refused('token_inactive'));
    expect(tenant.names).toEqual([AUDIENCE, OLD]);
    const reversed = new Tenant({ [OLD]: { [token]: active() } });
    expect(await reversed.decide(`Bearer ${token}`)).toMatchObject(refused('audience_mismatch'));
  });

  it.each<[string, Known, string[], string]>([
    ['of the first', { [AUDIENCE]: { '*': failure('timeout') } }, [AUDIENCE], 'issuer_timeout'],
    ['of the second', { [OLD]: { '*': failure('timeout') } }, [AUDIENCE, OLD], 'issuer_timeout'],
    ['of the key of the first', { [AUDIENCE]: { '*': INVALID_CLIENT } }, [AUDIENCE], 'issuer_client_refused'],
    ['of the key of the second', { [OLD]: { '*': INVALID_CLIENT } }, [AUDIENCE, OLD], 'issuer_client_refused'],
  ])('is unavailable after a failure %s, never invalid', async (_name, known, names, reason) => {
    const tenant = new Tenant(known);
    expect(await tenant.decide(`Bearer ${token}`)).toMatchObject({ outcome: 'unavailable', reason });
    expect([...new Set(tenant.names)]).toEqual(names);
  });

  it('of the first audience is accepted while the second is broken', async () => {
    const tenant = new Tenant({ [AUDIENCE]: { [token]: active() }, [OLD]: { '*': INVALID_CLIENT } });
    expect(await tenant.decide(`Bearer ${token}`)).toMatchObject(allowedFor(AUDIENCE));
  });

  it('is not asked about again in another name if it is not a credential', async () => {
    const tenant = new Tenant({ [AUDIENCE]: { [token]: active({ token_type: 'refresh_token' }) } });
    expect(await tenant.decide(`Bearer ${token}`)).toMatchObject(refused('token_type_refused'));
    expect(tenant.names).toEqual([AUDIENCE]);
  });
});

describe('a Basic credential', () => {
  it('with an app specific password of another audience is accepted without a login', async () => {
    const tenant = new Tenant({ [OLD]: { [ASP]: activePassword({ aud: OLD }) } });
    expect(await tenant.decide(basic(USER, ASP))).toMatchObject(allowedFor(OLD));
    expect(tenant).toMatchObject({ names: [AUDIENCE, OLD], logins: [] });
  });

  it("with another user's app specific password is refused", async () => {
    const tenant = new Tenant({ [OLD]: { [ASP]: activePassword({ aud: OLD, username: 'other@example.com' }) } });
    expect(await tenant.decide(basic(USER, ASP))).toMatchObject(refused('username_mismatch'));
  });

  it('logs in for the main audience only', async () => {
    const token = await mint(key, {});
    const tenant = new Tenant({}, {}, loggedIn(token));
    expect(await tenant.decide(basic(USER, 'a real password'))).toMatchObject(allowedFor(AUDIENCE));
    expect(tenant.logins).toMatchObject([{ audience: AUDIENCE }]);
    expect(tenant.names).toEqual([]);
  });

  it('makes the same requests whether a login fails because of the password or of a block', async () => {
    const secret = 'a real password';
    const wrong = new Tenant({}, {}, WRONG_PASSWORD);
    const blocked = new Tenant({}, {}, json(429, { error: 'too_many_attempts' }));
    const mfa = new Tenant({}, {}, json(403, { error: 'mfa_required' }));
    const outsides = [];
    for (const tenant of [wrong, blocked, mfa])
      outsides.push((await tenant.composed.decide(basic(USER, secret))).outside);
    expect(outsides[1]).toEqual(outsides[0]);
    expect(outsides[2]).toEqual(outsides[0]);
    expect(wrong.names).toEqual([AUDIENCE, OLD]);
  });

  it('never shows its secret to another issuer, in whatever name', async () => {
    const tenant = new Tenant({}, { issuers: [{ issuer: 'https://other.example/' }] });
    await tenant.decide(basic(USER, ASP));
    expect(tenant.composed.http.requests.map(({ url }) => url)).toEqual([INTROSPECTION_URL, INTROSPECTION_URL]);
  });
});

describe('other issuers', () => {
  const OTHER = 'https://other.example/';

  it('of the profile auth0 are asked as each audience too, after the main issuer', async () => {
    const tenant = new Tenant({}, { issuers: [{ issuer: OTHER }] });
    expect(await tenant.decide('Bearer opaque')).toMatchObject(refused('token_inactive'));
    expect(tenant.names).toEqual([AUDIENCE, OLD, AUDIENCE, OLD]);
    expect(tenant.composed.http.to(`${OTHER}oauth/introspect`)).toHaveLength(2);
  });

  it('are asked once if a token is of another issuer, whatever its audience', async () => {
    const tenant = new Tenant(
      { [AUDIENCE]: { opaque: opaque({ iss: OTHER, aud: OLD }) }, [OLD]: { opaque: opaque({ iss: OTHER, aud: OLD }) } },
      { issuers: [{ issuer: OTHER }] },
    );
    expect(await tenant.decide('Bearer opaque')).toMatchObject(allowedFor(OLD));
    // The main issuer once, and then the other in the first name, for which the token is not, and in the second.
    expect(tenant.names).toEqual([AUDIENCE, AUDIENCE, OLD]);
  });

  it.each([
    ['an id', { clientId: 'the-client' }],
    ['the id of the main audience', { clientId: AUDIENCE }],
  ])('with one client that has %s are asked once, about any audience', async (_, client) => {
    const server = { jwksUrl: `${OTHER}jwks`, introspectionUrl: `${OTHER}introspect`, ...client };
    const names: string[] = [];
    const composed = new Composed(
      (request) => {
        names.push(nameIn(request));
        return opaque({ iss: OTHER, aud: OLD });
      },
      { issuer: OTHER, authorizationServer: server, audiences: [OLD], passwordGrantSecret: undefined },
    );
    expect((await composed.decide('Bearer opaque')).decision).toMatchObject(allowedFor(OLD));
    expect(names).toEqual([client.clientId]);
  });

  it('with a client secret are asked once, about any audience', async () => {
    const server = { jwksUrl: `${OTHER}jwks`, introspectionUrl: `${OTHER}introspect`, clientSecret: 'the/client' };
    const composed = new Composed(
      () => opaque({ iss: OTHER, aud: OLD }),
      { issuer: OTHER, authorizationServer: server, audiences: [OLD], passwordGrantSecret: undefined },
      { issuerClient: async () => ({ clientId: 'the-client', clientSecret: 'its-secret' }) },
    );
    const { decision, outside } = await composed.decide('Bearer opaque');
    expect(decision).toMatchObject(allowedFor(OLD));
    expect(outside.calls).toEqual([`${OTHER}introspect`]);
  });
});

describe('a route with an audience', () => {
  const ROUTES = { routes: { 'GET /foo': { allOf: ['read:foo'], audience: OLD } } };

  it('accepts tokens for it, of every kind', async () => {
    const known = { [OLD]: { opaque: opaque({ aud: OLD }), [ASP]: activePassword({ aud: OLD }) } };
    const tenant = new Tenant(known, ROUTES);
    for (const header of [await jwtFor([AUDIENCE, OLD]), 'Bearer opaque', `Bearer ${ASP}`, basic(USER, ASP)])
      expect(await tenant.decide(header)).toMatchObject({ outcome: 'allow' });
  });

  it('refuses other accepted tokens with 401, also from the cache, and leaves them valid elsewhere', async () => {
    const known = { [AUDIENCE]: { opaque: opaque(), [ASP]: activePassword() } };
    const tenant = new Tenant(known, { routes: { ...ROUTES.routes, 'GET /bar': [] } });
    for (const header of [await jwtFor(AUDIENCE), 'Bearer opaque', `Bearer ${ASP}`, basic(USER, ASP)]) {
      expect(await tenant.decide(header)).toEqual({
        outcome: 'unauthenticated',
        reason: 'audience_mismatch',
        message: 'The token is not for the audience that the route requires.',
      });
      expect(await tenant.decide(header)).toMatchObject(refused('audience_mismatch'));
    }
    expect(tenant.names).toEqual([AUDIENCE, AUDIENCE, AUDIENCE]);
  });

  it('still requires its scopes', async () => {
    const known = { [OLD]: { opaque: opaque({ aud: OLD, scope: 'create:foo' }) } };
    expect(await new Tenant(known, ROUTES).decide('Bearer opaque')).toMatchObject({
      outcome: 'deny',
      reason: 'scope_missing',
      requiredScopes: ['read:foo'],
    });
  });

  it('may name the only audience', async () => {
    const routes = { 'GET /foo': { anyOf: ['read:foo'], audience: AUDIENCE } };
    const tenant = new Tenant({}, { audiences: [], routes });
    expect(await tenant.decide(await jwtFor(AUDIENCE))).toMatchObject({ outcome: 'allow' });
  });
});

/** Decides about a JWT with `aud`, and returns the audiences of its principal. */
async function audiencesOf(configuration: ConfigurationChanges, aud: readonly string[]) {
  const decision = await new Tenant({}, configuration).decide(await jwtFor(aud.length === 1 ? aud[0] : aud));
  return 'principal' in decision ? { audiences: decision.principal.audiences } : decision;
}

describe('any combination of audiences', () => {
  const names = ['https://a.api', 'https://b.api', 'c', 'urn:d'];
  const some = fc.uniqueArray(fc.constantFrom(...names));
  const accepted = some.filter(({ length }) => length > 0);

  it('is accepted exactly if the token and the configuration share one', async () => {
    await fc.assert(
      fc.asyncProperty(accepted, some, async ([audience, ...audiences], aud) => {
        const shared = [audience, ...audiences].filter((name) => name !== undefined && aud.includes(name));
        const found = await audiencesOf({ audience, audiences }, aud);
        if (shared.length === 0) expect(found).toMatchObject(refused('audience_mismatch'));
        else expect(found).toEqual({ audiences: audiences.length === 0 ? undefined : shared });
      }),
      { numRuns: 50 },
    );
  });

  it('is accepted by a route exactly if the token is for the audience of the route', async () => {
    await fc.assert(
      fc.asyncProperty(accepted, some, fc.nat(), async ([audience, ...audiences], aud, choice) => {
        const all = [audience, ...audiences];
        const required = all[choice % all.length];
        const routes = { 'GET /foo': { allOf: [], audience: required } };
        const found = await audiencesOf({ audience, audiences, routes }, aud);
        const isFor = required !== undefined && aud.includes(required);
        expect(found).toMatchObject(isFor ? {} : refused('audience_mismatch'));
        expect('audiences' in found).toBe(isFor);
      }),
      { numRuns: 50 },
    );
  });

  it('is asked about in turn until a name knows the token or cannot be asked, and not further', async () => {
    await fc.assert(
      fc.asyncProperty(
        accepted,
        some,
        fc.option(fc.constantFrom(...names), { nil: undefined }),
        fc.constantFrom('opaque', ASP),
        async (all, aud, down, token) => {
          const active = activePassword({ aud: aud.length === 1 ? aud[0] : aud, username: USER });
          const replies = names.map((name): [string, Reply] => [name, aud.includes(name) ? active : INACTIVE]);
          const known = Object.fromEntries(replies.map(([name, reply]) => [name, { [token]: reply }]));
          const broken = down === undefined ? {} : { [down]: { [token]: INVALID_CLIENT } };
          const [audience, ...audiences] = all;
          const tenant = new Tenant({ ...known, ...broken }, { audience, audiences });
          expect(await tenant.decide(`Bearer ${token}`)).toMatchObject(expectedOf(all, aud, down).decision);
          expect([...new Set(tenant.names)]).toEqual(expectedOf(all, aud, down).asked);
        },
      ),
      { numRuns: 100 },
    );
  });
});

/** The simplest model of the search. */
function expectedOf(all: readonly string[], aud: readonly string[], down: string | undefined) {
  const last = all.find((name) => name === down || aud.includes(name));
  const asked = last === undefined ? all : all.slice(0, all.indexOf(last) + 1);
  if (last === undefined) return { asked, decision: refused('token_inactive') };
  if (last === down) return { asked, decision: { outcome: 'unavailable', reason: 'issuer_client_refused' } };
  return { asked, decision: { outcome: 'allow' } };
}
