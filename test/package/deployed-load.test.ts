/** Many requests to a deployment in the emulator, while its tenant fails at random. No response may be one that the tenant would not give. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { SeededRandom } from '../../bench/simulation/random.ts';
import { reachableApiUrl } from '../../local/deployment/stack-outputs.ts';
import { AwsForTest, succeeded } from '../support/aws/aws-for-test.ts';
import { failSometimes, mixedCredentials } from '../support/handlers/load-credentials.ts';
import { call } from '../support/http/call.ts';

const ministack = inject('ministack');
const REQUESTS = 1500;
const CALLERS = 4;
const STATUS = { allow: 200, deny: 403, unauthorized: 401 } as const;

describe.skipIf(ministack === '')('a deployment under load', () => {
  let aws: AwsForTest;
  let foo: URL;
  let current: string;

  beforeAll(async () => {
    aws = await AwsForTest.start(ministack);
    current = await aws.synth({ gatewayTtlSeconds: '0' });
    succeeded(await aws.deploy(current));
    const { ApiUrl = '' } = await aws.outputs();
    foo = new URL('foo', reachableApiUrl(aws.account, ApiUrl));
  });
  afterAll(async () => {
    succeeded(await aws.destroy(current));
    await aws.close();
  });

  it('gives no wrong response, and asks about each credential about once', { timeout: 240_000 }, async () => {
    const random = new SeededRandom(3);
    const credentials = mixedCredentials(aws.tenant, 200);
    aws.tenant.rateLimits.set('authentication', { limit: 1_000_000, windowSeconds: 1 });
    const answered = failSometimes(aws.tenant, random, 0.03);
    const wrong: string[] = [];
    let left = REQUESTS;
    let unavailable = 0;
    const caller = async () => {
      while (left > 0) {
        left -= 1;
        const { authorization, expected } = credentials[random.below(credentials.length)] ?? credentials[0] ?? NOBODY;
        const { status } = await call(foo, 'GET', authorization);
        if (status >= 500) unavailable += 1;
        else if (status !== STATUS[expected]) wrong.push(`${status} instead of ${STATUS[expected]}`);
      }
    };
    await Promise.all(Array.from({ length: CALLERS }, caller));
    expect(wrong).toEqual([]);
    expect(unavailable).toBeLessThan(REQUESTS * 0.05);
    expect(answered()).toBeGreaterThan(100);
    expect(answered()).toBeLessThan(REQUESTS / 2);
  });
});

const NOBODY = { authorization: '', expected: 'unauthorized' } as const;
