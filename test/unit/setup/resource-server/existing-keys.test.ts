/** Two deployments with the same audience at one tenant. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { KeyDelivery, KeyFormat } from '../../../../src/core/key-delivery.ts';
import type { ResourceServerRecord } from '../../../../src/setup/resource-server/resource-server-record.ts';
import { setUpResourceServer } from '../../../../src/setup/resource-server/set-up-resource-server.ts';
import { tearDownResourceServer } from '../../../../src/setup/resource-server/tear-down-resource-server.ts';
import { wantedKeyProperties } from '../../../../src/setup/resource-server/wanted-key-properties.ts';
import { generateSigningKey } from '../../../../src/signing-key/generate-signing-key.ts';
import { certificatePem, type PrivateSigningJwk, publicJwk } from '../../../../src/signing-key/signing-key.ts';
import { expectError } from '../../../support/setup/expect-error.ts';
import { MemoryResourceServers, MemoryStore } from '../../../support/setup/ports.ts';

const API = 'https://demo.api';
const [firstKey, nextKey, secondKey] = (await Promise.all([0, 1, 2].map(() => generateSigningKey(0)))) as [
  PrivateSigningJwk,
  PrivateSigningJwk,
  PrivateSigningJwk,
];
const urlOf = (id: string) => `https://${id}.execute-api.eu-west-1.amazonaws.com/prod/.well-known/jwks.json`;

let resourceServers: MemoryResourceServers;

class Deployment {
  readonly records = new MemoryStore<ResourceServerRecord>();
  readonly key: PrivateSigningJwk;
  readonly jwksUrl: string;

  constructor(key: PrivateSigningJwk, jwksUrl: string) {
    this.key = key;
    this.jwksUrl = jwksUrl;
  }

  setUp(keyDelivery: KeyDelivery, { keys = [this.key], replaceKey = false, keyFormat = 'certificate' }: Options = {}) {
    const wanted = wantedKeyProperties({ keyDelivery, keyFormat, keys, jwksUrl: this.jwksUrl });
    return setUpResourceServer({ resourceServers, records: this.records, identifier: API, wanted, replaceKey });
  }

  tearDown() {
    return tearDownResourceServer({ resourceServers, records: this.records });
  }
}

interface Options {
  readonly keys?: readonly [PrivateSigningJwk, ...PrivateSigningJwk[]];
  readonly replaceKey?: boolean;
  readonly keyFormat?: KeyFormat;
}

let first: Deployment;
let second: Deployment;

beforeEach(() => {
  resourceServers = new MemoryResourceServers();
  resourceServers.add(API);
  first = new Deployment(firstKey, urlOf('aaa'));
  second = new Deployment(secondKey, urlOf('bbb'));
});

const kidsListed = () => {
  const { verificationKeys } = resourceServers.keysOf(API);
  return Array.isArray(verificationKeys) ? verificationKeys.map(({ kid }) => kid) : verificationKeys;
};

describe('a second deployment', () => {
  it.each(['certificate', 'jwk'] as const)('refuses to overwrite the key of the first (%s)', async (keyFormat) => {
    await first.setUp('verificationKey', { keyFormat });
    const before = resourceServers.snapshot();
    resourceServers.writes.length = 0;
    const { message } = await expectError(
      second.setUp('verificationKey'),
      'key_in_use',
      /"verificationKey" holds the key [\w-]{43}, .*Another deployment .* would break that deployment\. Nothing was changed\. Destroy .*, choose another audience, .* "verificationKeys", .* -c replaceKey=true/,
    );
    expect(message).toContain(firstKey.kid);
    for (const text of [firstKey.n, firstKey.x5c[0].slice(20, 60)]) expect(message).not.toContain(text);
    expect(resourceServers.writes).toEqual([]);
    expect(resourceServers.snapshot()).toBe(before);
    expect(second.records.text).toBeUndefined();
  });

  it('refuses to overwrite the JWKS of the first', async () => {
    await first.setUp('verificationLocation');
    const before = resourceServers.snapshot();
    await expectError(
      second.setUp('verificationLocation'),
      'key_in_use',
      /"verificationLocation" holds the URL of a JWKS at aaa\.execute-api\.eu-west-1\.amazonaws\.com, /,
    );
    expect(resourceServers.snapshot()).toBe(before);
  });

  it.each(['verificationKey', 'verificationLocation'] as const)(
    'overwrites the key with replaceKey, and its teardown restores it (%s)',
    async (delivery) => {
      await first.setUp(delivery);
      const before = resourceServers.snapshot();
      expect(await second.setUp(delivery, { replaceKey: true })).toEqual({ changed: true, warnings: [] });
      expect(resourceServers.snapshot()).not.toBe(before);
      await second.tearDown();
      expect(resourceServers.snapshot()).toBe(before);
    },
  );

  it('is never refused again after it used replaceKey once', async () => {
    await first.setUp('verificationKey');
    await second.setUp('verificationKey', { replaceKey: true });
    await second.setUp('verificationKey');
    await second.setUp('verificationKey', { keys: [nextKey] });
    expect(resourceServers.keysOf(API).verificationKey).toBe(certificatePem(nextKey));
  });

  it('warns that another key stands in another place and overwrites nothing', async () => {
    await first.setUp('verificationKey');
    const { warnings } = await second.setUp('verificationKeys');
    expect(warnings).toMatchObject([
      {
        code: 'key_in_use',
        message: expect.stringMatching(/"verificationKey" holds the key .* only one of the two places/),
      },
    ]);
    expect(resourceServers.keysOf(API).verificationKey).toBe(certificatePem(firstKey));
  });
});

describe('two deployments in a list of keys', () => {
  it('keep both keys side by side, through rotations of either', async () => {
    await first.setUp('verificationKeys');
    expect(await second.setUp('verificationKeys')).toEqual({ changed: true, warnings: [] });
    expect(kidsListed()).toEqual([firstKey.kid, secondKey.kid]);
    await first.setUp('verificationKeys', { keys: [nextKey, firstKey] });
    await first.setUp('verificationKeys', { keys: [nextKey] });
    expect(kidsListed()).toEqual([secondKey.kid, nextKey.kid]);
    expect(await second.setUp('verificationKeys')).toEqual({ changed: false, warnings: [] });
  });

  it.each([
    ['first', 'second'],
    ['second', 'first'],
  ] as const)('lose only their own key when the %s is torn down before the %s', async (one, other) => {
    const deployments = { first, second };
    const before = resourceServers.snapshot();
    await first.setUp('verificationKeys');
    await second.setUp('verificationKeys');
    await deployments[one].tearDown();
    expect(kidsListed()).toEqual([deployments[other].key.kid]);
    await deployments[other].tearDown();
    expect(resourceServers.snapshot()).toBe(before);
  });
});

describe('a single deployment', () => {
  it.each(['verificationKey', 'verificationKeys', 'verificationLocation'] as const)(
    'is never refused with %s',
    async (delivery) => {
      await first.setUp(delivery);
      expect(await first.setUp(delivery)).toEqual({ changed: false, warnings: [] });
      await first.setUp(delivery, { keys: [nextKey, firstKey] });
      await first.setUp(delivery, { keys: [nextKey] });
      await first.tearDown();
      await first.setUp(delivery);
    },
  );

  it('is not refused if its record is lost, as long as its key is the same', async () => {
    await first.setUp('verificationKey');
    first.records.text = undefined;
    expect(await first.setUp('verificationKey', { keyFormat: 'jwk' })).toMatchObject({ changed: true });
  });
});

describe('a key that this software did not create', () => {
  it.each<[string, KeyDelivery, unknown]>([
    ['text', 'verificationKey', 'THEIRS'],
    ['a JWK without a kid', 'verificationKey', { kty: 'RSA', n: secondKey.n, e: secondKey.e }],
    ['a JWK with another kid', 'verificationKey', { ...publicJwk(secondKey), kid: 'mine' }],
    ['a URL elsewhere', 'verificationLocation', 'https://theirs.example/.well-known/jwks.json'],
    ['another URL of API Gateway', 'verificationLocation', 'https://aaa.execute-api.eu-west-1.amazonaws.com/keys'],
    [
      'a host name that only looks like API Gateway',
      'verificationLocation',
      'https://notexecute-api.example/.well-known/jwks.json',
    ],
  ])('is overwritten and restored later: %s', async (_what, delivery, value) => {
    resourceServers.edit(API, { [delivery]: value });
    const before = resourceServers.snapshot();
    expect(await first.setUp(delivery)).toMatchObject({ changed: true });
    await first.tearDown();
    expect(resourceServers.snapshot()).toBe(before);
  });
});
