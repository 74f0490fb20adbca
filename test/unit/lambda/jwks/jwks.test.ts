import { assert, asyncProperty, string } from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { createJwksHandler } from '../../../../lambda/jwks/create-handler.ts';
import { MemoryState } from '../../../../local/memory-state.ts';
import { AwsError } from '../../../../src/aws/errors.ts';
import { publishPrincipalKeys } from '../../../../src/principal-token/published-keys.ts';
import { writePublicKeys } from '../../../../src/signing-key/public-key-document.ts';
import { FrozenClock, NOW_SECONDS } from '../../../support/core/clock.ts';
import { jwksOf, makePrincipalKeys } from '../../../support/core/principal-keys.ts';
import { fakeKey } from '../../../support/rotation/world.ts';

const PRIVATE = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'x5c', 'exp'];

let clock: FrozenClock;
let text: string | Error;
let reads: number;
let lines: string[];

beforeEach(() => {
  clock = new FrozenClock();
  text = writePublicKeys([fakeKey('key-1'), fakeKey('key-0')]);
  reads = 0;
  lines = [];
});

function start(keyType: 'RSA' | 'EC' = 'RSA') {
  const read = async () => {
    reads += 1;
    if (text instanceof Error) throw text;
    return text === '' ? undefined : { value: text, revision: 'revision-1' };
  };
  const configuration = { jwksCacheSeconds: 300, keyType };
  return createJwksHandler(configuration, { state: { read }, clock: clock.read, log: (line) => lines.push(line) });
}

const get = (headers: object | null = {}) => start()({ httpMethod: 'GET', headers });

describe('the JWKS', () => {
  it('contains the public halves, may be cached, and has a strong ETag', async () => {
    const { statusCode, headers, body } = await get();
    expect(statusCode).toBe(200);
    expect(headers).toEqual({
      'Cache-Control': 'public, max-age=300',
      'Content-Type': 'application/json',
      ETag: expect.stringMatching(/^"[\w-]{43}"$/),
      'X-Content-Type-Options': 'nosniff',
    });
    const publicHalf = (kid: string) => ({ kty: 'RSA', kid, alg: 'RS256', use: 'sig', n: `n-of-${kid}`, e: 'AQAB' });
    expect(JSON.parse(body)).toEqual({ keys: [publicHalf('key-1'), publicHalf('key-0')] });
  });

  it('of principal tokens contains their public halves', async () => {
    const state = new MemoryState();
    const keys = makePrincipalKeys();
    await publishPrincipalKeys(state, keys, clock.nowMs);
    text = state.textOf('public-keys') ?? '';
    const { statusCode, body } = await start('EC')({ headers: null });
    expect(statusCode).toBe(200);
    expect(JSON.parse(body)).toEqual(jwksOf(keys));
    for (const { d } of keys) expect(body).not.toContain(d);
  });

  it.each(['RSA', 'EC'] as const)('of %s keys never contains keys of the other kind', async (keyType) => {
    if (keyType === 'RSA') text = JSON.stringify(jwksOf(makePrincipalKeys()));
    expect(await start(keyType)({ headers: null })).toMatchObject({ statusCode: 503 });
  });

  it.each(['If-None-Match', 'if-none-match'])('is not sent again to a caller who has it (%s)', async (name) => {
    const { headers } = await get();
    for (const value of [headers.ETag, `"other", ${headers.ETag}`, `W/${headers.ETag}`, '*']) {
      const again = await get({ [name]: value });
      expect(again).toEqual({
        statusCode: 304,
        headers: { ETag: headers.ETag, 'Cache-Control': 'public, max-age=300' },
        body: '',
      });
    }
    for (const value of ['"other"', '', undefined])
      expect(await get({ [name]: value })).toMatchObject({ statusCode: 200 });
    expect(await get(null)).toMatchObject({ statusCode: 200 });
  });

  it('has another ETag when the keys change', async () => {
    const before = await get();
    text = writePublicKeys([fakeKey('key-2')]);
    expect((await get({ 'If-None-Match': before.headers.ETag })).statusCode).toBe(200);
  });

  it('never contains a private half, even if one got into the document', async () => {
    text = JSON.stringify({ keys: [{ ...fakeKey('key-1'), oth: [], k: 'PRIVATE' }] });
    const { body } = await get();
    expect(body).not.toContain('PRIVATE');
    for (const member of PRIVATE) expect(JSON.parse(body).keys[0]).not.toHaveProperty(member);
  });

  it('drops an old key once its time is over', async () => {
    text = writePublicKeys([fakeKey('key-1'), { ...fakeKey('key-0'), exp: NOW_SECONDS + 10 }]);
    const kids = async () => JSON.parse((await get()).body).keys.map(({ kid }: { kid: string }) => kid);
    expect(await kids()).toEqual(['key-1', 'key-0']);
    clock.advanceSeconds(10);
    expect(await kids()).toEqual(['key-1']);
  });

  it('is read from the document at most once a second', async () => {
    const handle = start();
    for (const seconds of [0, 0, 0.9, 0.1]) {
      clock.advanceSeconds(seconds);
      await handle({});
    }
    expect(reads).toBe(2);
  });

  it.each([
    ['nothing has been published yet', '', 0],
    ['there are no keys yet', '{"keys":[]}', 0],
    ['the document is not a JWKS', '{"PRIVATE":1}', 1],
    ['it cannot be read', new AwsError('state_unreadable', 'The item cannot be read.'), 1],
  ])('is not found, and not cacheable, if %s', async (_what, value, logged) => {
    text = value;
    const response = await get();
    expect(response).toMatchObject({ statusCode: 503, headers: { 'Cache-Control': 'no-store', 'Retry-After': '5' } });
    expect(lines).toHaveLength(logged);
    expect(lines.join() + response.body).not.toContain('PRIVATE');
  });

  it('is sent for any value of If-None-Match', async () => {
    const handle = start();
    await assert(
      asyncProperty(string(), async (value) => {
        const { statusCode } = await handle({ headers: { 'If-None-Match': value } });
        expect(statusCode).toBe(value.split(',').some((tag) => tag.trim() === '*') ? 304 : 200);
      }),
    );
  });
});
