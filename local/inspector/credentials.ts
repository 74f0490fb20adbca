/** The credentials that people can choose: valid ones of each kind, and ones that are refused for a reason. */
import { generateKeyPairSync } from 'node:crypto';
import type { PreparedCredential } from '../../web/inspector/protocol.ts';
import type { Tenant } from '../tenant/server.ts';

export interface CredentialSettings {
  readonly tenant: Tenant;
  readonly audience: string;
  /** The scopes of all routes. */
  readonly scopes: readonly string[];
  /** User names whose Basic secret is a token. */
  readonly basicTokenUsers?: readonly string[] | undefined;
  /** The tokens are for the first of these. */
  readonly allowedOrganizations?: readonly string[] | undefined;
}

type Row = readonly [id: string, title: string, words: string, authorization: string | undefined];

const VALID = 'Valid';
const REFUSED = 'Refused';
const CLIENT = 'local-web-client';

/** Creates all of them again. */
export function prepareCredentials(settings: CredentialSettings): readonly PreparedCredential[] {
  const maker = new Maker(settings);
  return [...inGroup(VALID, validRows(maker)), ...inGroup(REFUSED, [...refusedJwts(maker), ...refusedOthers(maker)])];
}

function inGroup(group: string, rows: readonly Row[]): readonly PreparedCredential[] {
  return rows.map(([id, title, words, authorization]) => ({ id, group, title, words, authorization }));
}

function validRows(maker: Maker): readonly Row[] {
  const { tenant, user, options, tokenUser } = maker;
  const jwt = tenant.mintJwt(options);
  const asp = maker.mintAsp();
  const machine = { ...options, claims: { sub: `${CLIENT}@clients`, gty: 'client-credentials' } };
  const rows: readonly Row[] = [
    ['jwt', 'JWT', 'An access token that the authorizer can verify itself.', bearer(jwt)],
    ['opaque', 'Opaque token', 'An access token that only the tenant can read.', bearer(tenant.mintOpaque(options))],
    ['asp', 'App password as Bearer', 'Sixteen letters that a user made for a script.', bearer(asp)],
    [
      'basic-asp',
      'App password as Basic',
      'The same, for clients that know only user names and passwords.',
      basic(user.username, asp),
    ],
    ['basic-password', 'Password as Basic', 'The real password of a user.', basic(user.username, user.password)],
    ['client', 'Client token', 'A JWT of a machine: it has no user.', bearer(tenant.mintJwt(machine))],
  ];
  if (tokenUser === undefined) return rows;
  return [
    ...rows,
    ['basic-token', 'Token as Basic', `A JWT as the password of "${tokenUser}".`, basic(tokenUser, jwt)],
  ];
}

function refusedJwts(maker: Maker): readonly Row[] {
  const { tenant, options } = maker;
  const forged = tenant.mintJwt({ ...options, signWith: generateKeyPairSync('rsa', { modulusLength: 2048 }) });
  const mint = (title: string, words: string, id: string, changes: Parameters<Tenant['mintJwt']>[0]): Row => [
    id,
    title,
    words,
    bearer(tenant.mintJwt({ ...options, ...changes })),
  ];
  return [
    mint('Expired JWT', 'It was valid until an hour ago.', 'expired', { expiresInSeconds: -3600 }),
    ['forged', 'Forged JWT', "Signed with an attacker's key, under the tenant's key id.", bearer(forged)],
    mint('JWT for another API', 'Its audience is not this API.', 'audience', { audience: 'https://other.api' }),
    mint('JWT of another issuer', 'It says that another tenant issued it.', 'issuer', {
      issuer: 'https://evil.example/',
    }),
    mint('JWT with a shared secret', 'Signed with HS256: whoever can verify it can make one.', 'symmetric', {
      alg: 'HS256',
    }),
    mint('JWT without a signature', 'Its algorithm is "none".', 'unsigned', { alg: 'none' }),
    mint('JWT without scopes', 'Valid, but it may call only routes that require no scope.', 'unscoped', { scope: '' }),
  ];
}

function refusedOthers(maker: Maker): readonly Row[] {
  const { tenant, user, other, options } = maker;
  const revoked = maker.mintAsp();
  tenant.revoke(revoked);
  return [
    ['revoked-asp', 'Revoked app password', 'Its user has deleted it.', bearer(revoked)],
    [
      'other-asp',
      "Another user's app password",
      'Sent as Basic, with the name of the first user.',
      basic(user.username, maker.mintAsp(other.user_id)),
    ],
    [
      'wrong-password',
      'Wrong password',
      'Ten of these block the user at the tenant.',
      basic(user.username, 'not-the-password'),
    ],
    [
      'refresh',
      'Refresh token',
      'It gets new tokens, but is no credential for an API.',
      bearer(tenant.mintRefresh(options)),
    ],
    ['malformed', 'Malformed Basic', 'It is not base64.', 'Basic not base64'],
    ['none', 'No credential', 'The request has no Authorization header.', undefined],
  ];
}

class Maker {
  readonly tenant: Tenant;
  readonly options: NonNullable<Parameters<Tenant['mintOpaque']>[0]>;
  readonly tokenUser: string | undefined;
  readonly #settings: CredentialSettings;

  constructor(settings: CredentialSettings) {
    const { tenant, audience, scopes, basicTokenUsers, allowedOrganizations: [orgId] = [] } = settings;
    this.#settings = settings;
    this.tenant = tenant;
    this.options = { audience, scope: scopes.join(' '), ...(orgId !== undefined && { orgId }) };
    this.tokenUser = basicTokenUsers?.[0];
  }

  get user() {
    return this.#users[0];
  }

  get other() {
    return this.#users[1];
  }

  mintAsp(userId = this.user.user_id): string {
    const { audience, scopes } = this.#settings;
    const label = 'prepared for the inspector';
    return this.tenant.mintApplicationPassword({ userId, audience, scope: scopes.join(' '), label }).value;
  }

  get #users() {
    const [first, second = first] = this.tenant.state.users.values();
    if (!first || !second) throw new Error('The local tenant has no user.');
    return [first, second] as const;
  }
}

function bearer(token: string): string {
  return `Bearer ${token}`;
}

function basic(username: string, secret: string): string {
  return `Basic ${Buffer.from(`${username}:${secret}`).toString('base64')}`;
}
