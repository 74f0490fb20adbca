import { describe, expect, it } from 'vitest';
import { functionPorts } from '../../../../lambda/authorizer/function-ports.ts';
import type { AuthorizerAws } from '../../../../src/aws/authorizer-aws.ts';
import { parseAuthorizerConfiguration } from '../../../../src/config/authorizer-configuration.ts';
import { generatePrincipalKey } from '../../../../src/principal-token/key-pairs.ts';
import { importPrincipalKey } from '../../../../src/principal-token/principal-key.ts';
import { FrozenClock } from '../../../support/core/clock.ts';
import { signingKey } from '../../../support/core/composed.ts';
import { AUDIENCE, ISSUER } from '../../../support/core/issuer.ts';
import { PRINCIPAL_TOKEN } from '../../../support/core/principal-keys.ts';

const CLIENT = { clientId: 'client', clientSecret: 'secret' };
const LOGINS = {
  passwordGrantSecret: 'login',
  originSecret: 'cdn',
  viewerAddressHeader: 'CloudFront-Viewer-Address',
};
const OTHER_SERVER = {
  jwksUrl: `${ISSUER}jwks`,
  introspectionUrl: `${ISSUER}introspect`,
  clientSecret: 'main-client',
};

function setUp(configuration: object = {}) {
  const clock = new FrozenClock();
  const reads: string[] = [];
  let hangs = 0;
  const reading = <Value>(value: Value) => {
    return async (secretId: string) => {
      reads.push(secretId);
      return value;
    };
  };
  const aws: AuthorizerAws = {
    readSigningKeys: reading([signingKey] as const),
    readClient: reading(CLIENT),
    readOriginSecrets: reading(['origin']),
    readPepper: reading('pepper'),
    readDigestSecret: reading('digest'),
    expiryReader: (tableName) => ({
      read: async (id) => {
        reads.push(`${tableName}/${id}`);
        return 7;
      },
    }),
    readPrincipalKey: reading(importPrincipalKey(JSON.stringify({ keys: [generatePrincipalKey()] }))),
    entryTable: (tableName) => ({
      read: async (id) => {
        reads.push(`${tableName}/${id}`);
        return 'c2VhbGVk';
      },
      write: async (id, sealed) => {
        reads.push(`${tableName}/${id}=${sealed}`);
      },
    }),
    proofTable: (tableName) => ({
      add: async (id) => {
        reads.push(`${tableName}/${id}`);
        return true;
      },
    }),
    markTable: (tableName) => ({
      read: async (id, timeoutMs) => {
        reads.push(`${tableName}/${id} ${timeoutMs}`);
        return hangs-- > 0 ? new Promise(() => {}) : { all: 5 };
      },
    }),
  };
  const text = JSON.stringify({ issuer: ISSUER, audience: AUDIENCE, signingKeySecret: 'key', ...configuration });
  const { read, sleep } = clock;
  const processPorts = {
    http: () => Promise.reject(new Error('No request was expected.')),
    clock: read,
    sleep,
    random: () => 0,
  };
  let loads = 0;
  const load = async () => {
    loads += 1;
    return aws;
  };
  return {
    ...functionPorts(parseAuthorizerConfiguration(text), load, processPorts),
    reads,
    loads: () => loads,
    clock,
    hang: () => (hangs = 1),
  };
}

describe('the ports of the function', () => {
  it('load nothing of AWS before it is needed', () => {
    expect(setUp().loads()).toBe(0);
  });

  it('read early every secret that the configuration names, once', async () => {
    const { ports, prefetch, reads } = setUp(LOGINS);
    await prefetch();
    expect(reads.toSorted()).toEqual(['cdn', 'key', 'login']);
    expect(await ports.signingKeys.read()).toEqual([signingKey]);
    expect(await ports.passwordGrantClient?.()).toEqual(CLIENT);
    expect(await ports.originSecrets?.()).toEqual(['origin']);
    expect(reads).toHaveLength(3);
  });

  it('read only the signing key if nothing else is configured', async () => {
    const { ports, prefetch, reads } = setUp();
    await prefetch();
    expect(reads).toEqual(['key']);
    expect(ports.passwordGrantClient).toBeUndefined();
    expect(ports.originSecrets).toBeUndefined();
  });

  it('read the key of principal tokens before everything else, since every request needs it', async () => {
    const { ports, prefetchForJwts, reads } = setUp({ principalToken: PRINCIPAL_TOKEN });
    await prefetchForJwts();
    expect(reads).toEqual([PRINCIPAL_TOKEN.keySecret]);
    expect(await ports.principalKey?.()).toMatchObject({ kid: expect.any(String) });
    expect(reads).toHaveLength(1);
    expect(setUp().ports.principalKey).toBeUndefined();
  });

  it('read the origin secret again if the early one may miss a change', async () => {
    const { ports, prefetch, reads, clock } = setUp(LOGINS);
    await prefetch();
    clock.advanceSeconds(31);
    await ports.originSecrets?.();
    expect(reads.filter((secretId) => secretId === 'cdn')).toHaveLength(2);
  });

  it('read the client early instead of the signing key if the main issuer uses one', async () => {
    const { ports, prefetch, reads } = setUp({ authorizationServer: OTHER_SERVER });
    await prefetch();
    expect(reads).toEqual(['main-client']);
    expect(await ports.issuerClient?.('main-client')).toEqual(CLIENT);
    expect(reads).toEqual(['main-client']);
    await ports.issuerClient?.('other-client');
    await ports.signingKeys.read();
    expect(reads).toEqual(['main-client', 'other-client', 'key']);
  });
});

describe('the shared tables', () => {
  const SHARED = {
    sharedCache: { table: 'cache', pepperSecret: 'pepper' },
    revocation: { table: 'marks', seconds: 5, revokeJwts: false },
  };
  const REVOKING_JWTS = { ...SHARED, revocation: { ...SHARED.revocation, revokeJwts: true } };

  it('are absent unless they are configured', () => {
    expect(setUp().ports).toMatchObject({ sharedCache: undefined, marks: undefined });
  });

  it('have their pepper and the newest mark read early', async () => {
    const { ports, prefetch, prefetchForJwts, reads } = setUp(SHARED);
    await prefetchForJwts();
    expect(reads).toEqual([]);
    await prefetch();
    expect(reads.toSorted()).toEqual(['key', 'marks/newest 1000', 'pepper']);
    expect(await ports.sharedCache?.readPepper()).toBe('pepper');
    expect(await ports.marks?.read('newest', 150)).toEqual({ all: 5 });
    expect(reads).toHaveLength(3);
  });

  it('have the newest mark read before everything else if a JWT may be revoked', async () => {
    const { prefetchForJwts, reads } = setUp(REVOKING_JWTS);
    await prefetchForJwts();
    expect(reads).toEqual(['marks/newest 1000']);
  });

  it('have the newest mark read again after a second, and for every later question', async () => {
    const { ports, prefetch, reads, clock } = setUp(SHARED);
    await prefetch();
    clock.nowMs += 1001;
    await ports.marks?.read('newest', 150);
    await ports.marks?.read('newest', 150);
    await ports.marks?.read('a user', 150);
    expect(reads.slice(3)).toEqual(['marks/newest 150', 'marks/newest 150', 'marks/a user 150']);
  });

  it('are read and written with what they are given', async () => {
    const { ports, reads } = setUp(SHARED);
    expect(await ports.sharedCache?.table.read('a', 150)).toBe('c2VhbGVk');
    await ports.sharedCache?.table.write('a', 'c2VhbGVk', 1, 150);
    expect(reads).toEqual(['cache/a', 'cache/a=c2VhbGVk']);
  });

  it('have the secret of the expiries read early, and never for JWTs', async () => {
    const { ports, prefetch, prefetchForJwts, reads } = setUp({
      expiries: { table: 'expiries', digestSecret: 'digest-secret' },
    });
    await prefetchForJwts();
    expect(reads).toEqual([]);
    await prefetch();
    expect(reads.toSorted()).toEqual(['digest-secret', 'key']);
    expect(await ports.expiries?.readSecret()).toBe('digest');
    expect(await ports.expiries?.table.read('a', 1000)).toBe(7);
    expect(reads.slice(2)).toEqual(['expiries/a']);
    expect(setUp().ports.expiries).toBeUndefined();
  });

  it('are not waited for longer than the time limit if an early read hangs', async () => {
    const { ports, prefetch, reads, clock, hang } = setUp(SHARED);
    hang();
    void prefetch();
    await new Promise(setImmediate);
    clock.sleeps.length = 0;
    await ports.marks?.read('newest', 150);
    expect(clock.sleeps).toEqual([75]);
    expect(reads.at(-1)).toBe('marks/newest 75');
  });
});
