import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IssuerError } from '../../../src/core/errors.ts';
import { Jwks, parseJwks } from '../../../src/issuer/jwks.ts';
import { FrozenClock, NOW_MS } from '../../support/core/clock.ts';
import { encode, encodings, P, smallOrderPoints } from '../../support/core/edwards25519.ts';
import { caught, credentialError, issuerError } from '../../support/core/errors.ts';
import { JWKS_URL, makeIssuerKey } from '../../support/core/issuer.ts';
import { contextFrom, issuerEndpointOver } from '../../support/core/issuer-endpoints.ts';
import { failure, json, type Reply, ScriptedHttp, text } from '../../support/core/scripted-http.ts';

const rsa = (await makeIssuerKey('rsa-1')).publicJwk;
const ec = (await makeIssuerKey('ec-1', 'ES256')).publicJwk;
const ec384 = (await makeIssuerKey('ec-2', 'ES384')).publicJwk;
const ec521 = (await makeIssuerKey('ec-3', 'ES512')).publicJwk;
const ed = (await makeIssuerKey('ed-1', 'EdDSA')).publicJwk;

const kidsOf = (...keys: readonly unknown[]) => [...parseJwks(JSON.stringify({ keys })).keys()];
const unknown = credentialError('key_unknown', 'No key with the "kid" of the token.');

function jwksOver(script: () => Reply | Promise<Reply>) {
  const clock = new FrozenClock();
  const http = new ScriptedHttp(script);
  const jwks = new Jwks({ url: JWKS_URL, endpoint: issuerEndpointOver(http, clock, 'jwks'), clock: clock.read });
  const find = (kid: string) => jwks.key(kid, contextFrom(clock));
  return { clock, http, find, prefetch: () => jwks.prefetch() };
}

const serving = (...keys: readonly unknown[]) => jwksOver(() => json(200, { keys }));

describe('a JWKS', () => {
  it('returns the keys that may verify signatures, each with its algorithms', () => {
    const keys = parseJwks(JSON.stringify({ keys: [rsa, ec, ec384, ec521, ed] }));
    expect([...keys].map(([kid, { algorithms }]) => [kid, algorithms])).toEqual([
      ['rsa-1', ['RS256']],
      ['ec-1', ['ES256']],
      ['ec-2', ['ES384']],
      ['ec-3', ['ES512']],
      ['ed-1', ['EdDSA']],
    ]);
  });

  it('lets an RSA key without an algorithm verify any RS hash', () => {
    const { alg: _, use: __, ...bare } = rsa;
    expect(parseJwks(JSON.stringify({ keys: [bare] })).get('rsa-1')?.algorithms).toEqual(['RS256', 'RS384', 'RS512']);
  });

  it.each([
    [ec, 'ES256'],
    [ec384, 'ES384'],
    [ec521, 'ES512'],
  ])(
    'lets an elliptic curve key without an algorithm verify only that of its curve: $crv',
    ({ alg: _, ...bare }, algorithm) => {
      expect(parseJwks(JSON.stringify({ keys: [bare] })).get(String(bare.kid))?.algorithms).toEqual([algorithm]);
    },
  );

  it.each([
    ['a symmetric key', { kty: 'oct', kid: 'x', k: 'c2VjcmV0', alg: 'HS256' }],
    ['a key for encryption', { ...rsa, kid: 'x', use: 'enc' }],
    ['a key for another algorithm of its type', { ...rsa, kid: 'x', alg: 'RS1' }],
    ['a key for encryption by its algorithm', { ...rsa, kid: 'x', alg: 'RSA-OAEP' }],
    ['an RSA key that claims to be symmetric', { ...rsa, kid: 'x', alg: 'HS256' }],
    ['an elliptic curve key for the algorithm of another curve', { ...ec, kid: 'x', alg: 'ES384' }],
    ['an RSA key for elliptic curves', { ...rsa, kid: 'x', alg: 'ES256' }],
    ['a key without kid', { ...rsa, kid: undefined }],
    ['a kid that is not a string', { ...rsa, kid: 7 }],
    ['a use that is not a string', { ...rsa, kid: 'x', use: null }],
    ['an alg that is not a string', { ...rsa, kid: 'x', alg: null }],
    ['an RSA key without modulus', { ...rsa, kid: 'x', n: undefined }],
    ['a modulus that is not a string', { ...rsa, kid: 'x', n: 7 }],
    ['a curve that does not exist', { ...ec, kid: 'x', crv: 'P-257' }],
    ['a curve that tokens do not use', { ...ec, kid: 'x', crv: 'secp256k1', alg: undefined }],
    ['a point that is not on its curve', { ...ec, kid: 'x', y: ec.x }],
    ['a key for agreement', { ...ed, kid: 'x', crv: 'X25519', alg: undefined }],
    ['null', null],
    ['text', 'key'],
    ['an array', [rsa]],
  ])('is used without %s', (_, bad) => {
    expect(kidsOf(bad, rsa)).toEqual(['rsa-1']);
  });

  it('is used without RSA keys below 2,048 bits', () => {
    const weak = (bits: number) => {
      const { publicKey } = generateKeyPairSync('rsa', { modulusLength: bits });
      return { ...publicKey.export({ format: 'jwk' }), kid: `weak-${bits}`, alg: 'RS256' };
    };
    expect(kidsOf(weak(512), weak(1024), weak(2040), rsa)).toEqual(['rsa-1']);
  });

  const rsaWithExponent = (exponent: bigint) => {
    const hex = exponent.toString(16);
    const e = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex').toString('base64url');
    return { ...rsa, kid: 'exponent', e };
  };

  it.each([
    ['0', 0n],
    ['1, with which every message is its own signature', 1n],
    ['2', 2n],
    ['65,536, which is even', 65_536n],
    ['2^64 + 1, which OpenSSL refuses for long keys', 2n ** 64n + 1n],
  ])('skips an RSA key whose public exponent is %s', (_, exponent) => {
    expect(kidsOf(rsaWithExponent(exponent), rsa)).toEqual(['rsa-1']);
  });

  it.each([3n, 17n, 65_537n, 2n ** 32n + 1n])('accepts an RSA key whose public exponent is %d', (exponent) => {
    expect(kidsOf(rsaWithExponent(exponent))).toEqual(['exponent']);
  });

  it('skips an Ed25519 key that is one of the eight points of small order, however it is encoded', () => {
    const points = smallOrderPoints();
    const encoded = points.flatMap(encodings);
    expect(new Set(points.map(({ x, y }) => `${x} ${y}`)).size).toBe(8);
    // RFC 8032 allows one encoding of each; y + P and a sign for x = 0 make six more.
    expect(new Set(encoded).size).toBe(14);
    for (const x of encoded) expect(kidsOf({ ...ed, x }), x).toEqual([]);
  });

  it('skips an Ed25519 key whose encoding is not canonical', () => {
    for (let value = 0n; value < 19n; value += 1n) expect(kidsOf({ ...ed, x: encode(value + P) })).toEqual([]);
  });

  it('returns the first of two usable keys with the same kid', () => {
    const keys = parseJwks(
      JSON.stringify({
        keys: [
          { ...ec, kid: 'k' },
          { ...rsa, kid: 'k' },
        ],
      }),
    );
    expect(keys.get('k')?.algorithms).toEqual(['ES256']);
    expect(kidsOf({ ...rsa, kid: 'k', use: 'enc' }, { ...ec, kid: 'k' })).toEqual(['k']);
  });

  const invalid = issuerError('issuer_malformed', 'The JWKS is not an object with at most 100 "keys".');

  it.each([
    '',
    '{',
    'null',
    '[]',
    '{}',
    '{"keys":{}}',
    '{"keys":null}',
    '{"keys":"text"}',
    '{"keys":{"length":1}}',
    '"keys"',
    '<html>',
  ])('is refused if it is not an object with keys: %j', (body) => {
    expect(() => parseJwks(body)).toThrow(invalid);
  });

  it('may have at most 100 keys', () => {
    expect(kidsOf(...Array(99).fill(null), rsa)).toEqual(['rsa-1']);
    expect(() => kidsOf(...Array(100).fill(null), rsa)).toThrow(invalid);
  });

  it('returns keys or throws an IssuerError for any text', () => {
    const anyKey = fc.oneof(
      fc.jsonValue(),
      fc
        .tuple(fc.constantFrom(rsa, ec, ed), fc.dictionary(fc.constantFrom(...Object.keys(rsa)), fc.jsonValue()))
        .map(([good, changes]) => ({ ...good, ...changes })),
    );
    const body = fc.oneof(
      fc.json(),
      fc.string(),
      fc.array(anyKey).map((keys) => JSON.stringify({ keys })),
    );
    fc.assert(
      fc.property(body, (value) => {
        try {
          for (const [kid, key] of parseJwks(value)) {
            expect(key.kid).toBe(kid);
            expect(key.publicKey.type).toBe('public');
            expect(key.algorithms).not.toHaveLength(0);
          }
        } catch (error) {
          expect(error).toBeInstanceOf(IssuerError);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('the fetch of the keys', () => {
  it('sends a GET when the first token comes, and no other request for ten minutes', async () => {
    const { clock, http, find } = serving(rsa);
    expect((await find('rsa-1')).kid).toBe('rsa-1');
    clock.advanceSeconds(599);
    await find('rsa-1');
    expect(http.requests).toEqual([
      { method: 'GET', url: JWKS_URL, headers: { accept: 'application/json' }, timeoutMs: 3000 },
    ]);
    clock.advanceSeconds(1);
    await find('rsa-1');
    expect(http.requests).toHaveLength(2);
  });

  it('sends one request for any number of concurrent tokens', async () => {
    const { http, find } = serving(rsa);
    const found = await Promise.all(Array.from({ length: 200 }, () => find('rsa-1')));
    expect(new Set(found.map((key) => key.kid))).toEqual(new Set(['rsa-1']));
    expect(http.requests).toHaveLength(1);
  });

  it('finds a new key after a rotation', async () => {
    let keys = [rsa];
    const { clock, http, find } = jwksOver(() => json(200, { keys }));
    await find('rsa-1');
    keys = [rsa, ec];
    clock.advanceSeconds(30);
    expect((await find('ec-1')).kid).toBe('ec-1');
    expect(http.requests).toHaveLength(2);
  });

  it('happens at most once in 30 s, for any number of unknown kids', async () => {
    const { clock, http, find } = serving(rsa);
    for (let second = 0; second < 60; second += 1) {
      for (const kid of ['a', 'b', 'c']) await expect(find(`${kid}${second}`)).rejects.toThrow(unknown);
      clock.advanceSeconds(1);
    }
    expect(http.requests).toHaveLength(2);
  });

  it.each([
    ['not a JWKS', text(200, '<html>')],
    ['not 200', json(404, {})],
  ])('happens at most once in 5 s, for any number of tokens, while the response is %s', async (_, reply) => {
    const { clock, http, find } = jwksOver(() => reply);
    for (let second = 0; second < 10; second += 1) {
      for (const kid of ['rsa-1', `kid-${second}`]) {
        expect(await caught(() => find(kid))).toMatchObject({ code: 'issuer_malformed' });
      }
      clock.advanceSeconds(1);
    }
    expect(http.requests).toHaveLength(2);
    http.script = () => json(200, { keys: [rsa] });
    expect((await find('rsa-1')).kid).toBe('rsa-1');
    await expect(find('unknown')).rejects.toThrow(unknown);
  });

  it('makes unknown kids wait for the request that is under way', async () => {
    let respond: (reply: Reply) => void = () => {};
    const { http, find } = jwksOver(() => new Promise<Reply>((resolve) => (respond = resolve)));
    const both = Promise.all([find('rsa-1'), find('ec-1')]);
    await Promise.resolve();
    respond(json(200, { keys: [rsa, ec] }));
    expect((await both).map((key) => key.kid)).toEqual(['rsa-1', 'ec-1']);
    expect(http.requests).toHaveLength(1);
  });

  it('drops a key that is no longer published', async () => {
    let keys = [rsa, ec];
    const { clock, find } = jwksOver(() => json(200, { keys }));
    await find('ec-1');
    keys = [rsa];
    clock.advanceSeconds(600);
    await expect(find('ec-1')).rejects.toThrow(unknown);
  });

  it.each([
    ['is not 200', json(404, {}), 'issuer_malformed', 'The JWKS endpoint responded with 404.'],
    ['is not a JWKS', text(200, '<html>'), 'issuer_malformed', 'The JWKS is not an object with at most 100 "keys".'],
    ['is a redirect', text(302, ''), 'issuer_malformed', 'The server responded with 302; redirects are not followed.'],
    ['does not arrive', failure('timeout'), 'issuer_timeout', 'The server did not respond in time.'],
  ] as const)('blames the server, not the token, if the response %s', async (_, reply, code, message) => {
    const { find } = jwksOver(() => reply);
    await expect(find('rsa-1')).rejects.toThrow(issuerError(code, message));
  });
});

describe('an outage of the keys endpoint', () => {
  function withKnownKey() {
    let isDown = false;
    const setUp = jwksOver(() => (isDown ? failure('connection') : json(200, { keys: [rsa] })));
    return {
      ...setUp,
      goDown: async () => {
        await setUp.find('rsa-1');
        isDown = true;
      },
      comeBack: () => {
        isDown = false;
      },
    };
  }

  it('leaves known keys in use for a day', async () => {
    const { clock, find, goDown } = withKnownKey();
    await goDown();
    for (let hour = 0; hour < 23; hour += 1) {
      clock.advanceSeconds(3600);
      expect((await find('rsa-1')).kid).toBe('rsa-1');
    }
    clock.nowMs = NOW_MS + 24 * 3_600_000 - 1000;
    expect((await find('rsa-1')).kid).toBe('rsa-1');
    clock.nowMs = NOW_MS + 24 * 3_600_000;
    expect(await caught(() => find('rsa-1'))).toBeInstanceOf(IssuerError);
  });

  it('causes only one fetch every 30 s while the key is known', async () => {
    const { clock, http, find, goDown } = withKnownKey();
    await goDown();
    clock.advanceSeconds(600);
    for (let second = 0; second < 25; second += 1) {
      await find('rsa-1');
      clock.advanceSeconds(1);
    }
    // The first fetch, then one attempt and its retry.
    expect(http.requests).toHaveLength(3);
  });

  it('is followed by the next fetch exactly 30 s after the last one', async () => {
    const { clock, http, find } = serving(rsa);
    await find('rsa-1');
    http.script = () => failure('timeout');
    clock.advanceSeconds(600);
    await find('rsa-1');
    clock.advanceSeconds(29.999);
    await find('rsa-1');
    expect(http.requests).toHaveLength(2);
    clock.advanceSeconds(0.001);
    await find('rsa-1');
    expect(http.requests).toHaveLength(3);
  });

  it('is not blamed on a token with an unknown kid', async () => {
    const { clock, find, goDown } = withKnownKey();
    await goDown();
    clock.advanceSeconds(30);
    await expect(find('ec-1')).rejects.toThrow(issuerError('issuer_unavailable', 'The server cannot be reached.'));
  });

  it('is over with the first good response', async () => {
    const { clock, http, find, goDown, comeBack } = withKnownKey();
    await goDown();
    clock.advanceSeconds(600);
    await find('rsa-1');
    comeBack();
    clock.advanceSeconds(30);
    await find('rsa-1');
    const fetches = http.requests.length;
    clock.advanceSeconds(599);
    await find('rsa-1');
    expect(http.requests).toHaveLength(fetches);
  });

  it('never hides a bug in this software', async () => {
    const { clock, http, find } = serving(rsa);
    await find('rsa-1');
    http.script = () => {
      throw new TypeError('a defect');
    };
    clock.advanceSeconds(600);
    await expect(find('rsa-1')).rejects.toThrow(new TypeError('a defect'));
  });
});

describe('keys that are fetched before a token needs them', () => {
  it('are not fetched again for the first token', async () => {
    const { http, find, prefetch } = serving(rsa);
    await prefetch();
    expect(await find('rsa-1')).toMatchObject({ kid: 'rsa-1' });
    expect(http.requests).toMatchObject([{ url: JWKS_URL, timeoutMs: 1500 }]);
  });

  it('are waited for while they are on their way', async () => {
    const { http, find, prefetch } = serving(rsa);
    const [, key] = await Promise.all([prefetch(), find('rsa-1'), prefetch()]);
    expect(key).toMatchObject({ kid: 'rsa-1' });
    expect(http.requests).toHaveLength(1);
  });

  it.each([failure('connection'), failure('timeout'), text(500, ''), text(200, 'garbage')])(
    'are fetched by the first token if that failed, however often, and no circuit opens',
    async (reply) => {
      let isDown = true;
      const { http, find, prefetch } = jwksOver(() => (isDown ? reply : json(200, { keys: [rsa] })));
      for (let time = 0; time < 10; time += 1) await prefetch();
      isDown = false;
      expect(await find('rsa-1')).toMatchObject({ kid: 'rsa-1' });
      expect(http.requests).toHaveLength(11);
    },
  );

  it('are as old as the request for them', async () => {
    const { clock, http, find, prefetch } = serving(rsa);
    http.script = () => {
      clock.advanceSeconds(700);
      return json(200, { keys: [rsa] });
    };
    await prefetch();
    await find('rsa-1');
    expect(http.requests).toHaveLength(2);
  });
});
