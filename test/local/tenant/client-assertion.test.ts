import { createHmac, randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Tenant } from '../../../local/tenant/server.ts';
import {
  ASSERTION_TYPE,
  type AssertionChanges,
  assertion,
  introspection,
  manage,
  newKey,
  postJson,
} from '../../support/tenant/requests.ts';
import { type Clock, DEMO_API, open, START_MS } from '../../support/tenant/tenant.ts';

const key = newKey();
const stranger = newKey();
let tenant: Tenant;
let clock: Clock;

beforeEach(async () => {
  ({ tenant, clock } = await open());
  const verificationKeys = [{ kid: 'key-1', pem: key.pem }];
  await manage(tenant, 'PATCH', `resource-servers/${encodeURIComponent(DEMO_API)}`, { verificationKeys });
});

function send(client_assertion: string) {
  return postJson(tenant, '/oauth/introspect', introspection('whatever', client_assertion));
}

async function sendWith({ claims = {}, header }: AssertionChanges) {
  return send(await assertion(tenant, key.privateKey, clock, { claims, header: { kid: 'key-1', ...header } }));
}

function refusal(rule: string) {
  return { status: 401, body: { error: 'invalid_client', error_description: expect.stringContaining(rule) } };
}

it('a valid assertion is accepted, with its audience as a string or as a list of one', async () => {
  expect(await sendWith({})).toMatchObject({ status: 200, body: { active: false } });
  expect(await sendWith({ claims: { aud: [tenant.issuer] } })).toMatchObject({ status: 200 });
});

const seconds = START_MS / 1000;
const refused: readonly [string, AssertionChanges, string][] = [
  ['a subject that is not its issuer', { claims: { sub: 'https://other.api' } }, 'iss and sub'],
  [
    'an unknown resource server',
    { claims: { iss: 'https://nobody', sub: 'https://nobody' } },
    'no known resource server',
  ],
  ['a similar issuer that has another key', { claims: { iss: `${DEMO_API}/`, sub: `${DEMO_API}/` } }, 'known key'],
  ['no audience', { claims: { aud: undefined } }, 'aud'],
  ['another audience', { claims: { aud: 'https://tenant.example/' } }, 'aud'],
  ['no expiry', { claims: { exp: undefined } }, 'exp'],
  ['an expiry that is text', { claims: { exp: String(seconds + 60) } }, 'exp'],
  ['an expiry in the past', { claims: { exp: seconds } }, 'exp must be in the future'],
  ['an expiry too far ahead', { claims: { exp: seconds + 301 } }, 'within 300 seconds'],
  ['no iat', { claims: { iat: undefined } }, 'iat'],
  ['an iat in the future', { claims: { iat: seconds + 1 } }, 'iat'],
  ['an nbf in the future', { claims: { nbf: seconds + 1 } }, 'nbf'],
  ['no jti', { claims: { jti: undefined } }, 'jti'],
  ['an empty jti', { claims: { jti: '' } }, 'jti'],
  ['a jti of 65 characters', { claims: { jti: 'j'.repeat(65) } }, 'jti'],
  ['an unknown kid', { header: { kid: 'key-2' } }, 'known key'],
  ['no kid', { header: { kid: undefined } }, 'known key'],
  ['more than 2,048 bytes', { claims: { padding: 'x'.repeat(2_048) } }, '2048 bytes'],
];

it.each(refused)('an assertion with %s is refused', async (_name, changes, rule) => {
  expect(await sendWith(changes)).toMatchObject(refusal(rule));
});

it('an assertion whose audience lacks the trailing slash is refused', async () => {
  expect(await sendWith({ claims: { aud: tenant.issuer.slice(0, -1) } })).toMatchObject(refusal('aud'));
});

it('an assertion with the longest lifetime and the longest jti is accepted', async () => {
  expect(await sendWith({ claims: { exp: seconds + 300, jti: 'j'.repeat(64) } })).toMatchObject({ status: 200 });
});

describe('a second use of an assertion', () => {
  it('an assertion is refused if it is sent again', async () => {
    const once = await assertion(tenant, key.privateKey, clock, { header: { kid: 'key-1' } });
    expect(await send(once)).toMatchObject({ status: 200 });
    expect(await send(once)).toMatchObject(refusal('jti has been used before'));
  });

  it('an assertion does not use up its jti if it is refused', async () => {
    const jti = randomUUID();
    await sendWith({ claims: { jti, aud: 'https://tenant.example/' } });
    expect(await sendWith({ claims: { jti } })).toMatchObject({ status: 200 });
  });

  it('an assertion is refused once if it is used twice at the same time', async () => {
    const once = await assertion(tenant, key.privateKey, clock, { header: { kid: 'key-1' } });
    const responses = await Promise.all([send(once), send(once)]);
    expect(responses.map((response) => response.status).sort()).toStrictEqual([200, 401]);
  });
});

describe('the signature of an assertion', () => {
  it('a signature by another key is refused', async () => {
    const forged = await assertion(tenant, stranger.privateKey, clock, { header: { kid: 'key-1' } });
    expect(await send(forged)).toMatchObject(refusal('known key'));
  });

  it('a signature by HS256 with the public key as its secret is refused', async () => {
    const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
    const claims = { iss: DEMO_API, sub: DEMO_API, aud: tenant.issuer, iat: seconds, exp: seconds + 60, jti: 'j' };
    const input = `${encode({ alg: 'HS256', kid: 'key-1' })}.${encode(claims)}`;
    const signature = createHmac('sha256', key.pem).update(input).digest('base64url');
    expect(await send(`${input}.${signature}`)).toMatchObject(refusal('alg must be RS256'));
  });

  it('a signature by another RSA algorithm is refused', async () => {
    const claims = { iss: DEMO_API, sub: DEMO_API, aud: tenant.issuer, iat: seconds, exp: seconds + 60, jti: 'j' };
    const signed = await new SignJWT(claims).setProtectedHeader({ alg: 'PS256', kid: 'key-1' }).sign(key.privateKey);
    expect(await send(signed)).toMatchObject(refusal('alg must be RS256'));
  });
});

it('an assertion that is not a JWT is refused, and so is another assertion type', async () => {
  expect(await send('not.a.jwt')).toMatchObject(refusal('not a signed JWT'));
  const fields = { ...introspection('whatever', 'a.b.c'), client_assertion_type: 'urn:other' };
  expect(await postJson(tenant, '/oauth/introspect', fields)).toMatchObject(refusal(ASSERTION_TYPE));
});
