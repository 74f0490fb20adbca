/** Two deployments in one account and Region, for two audiences: both work, and destroying one leaves the other as it was. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { reachableApiUrl } from '../../local/deployment/stack-outputs.ts';
import { AwsForTest, succeeded } from '../support/aws/aws-for-test.ts';
import { type Inventory, inventoryOf } from '../support/aws/inventory.ts';
import { bearer, call } from '../support/http/call.ts';

const ministack = inject('ministack');
const PRODUCTION = {
  stackPrefix: 'Production',
  audience: 'https://demo.api',
  alarmTopicArn: 'arn:aws:sns:us-east-1:000000000000:alarms',
};
const DEVELOPMENT = { stackPrefix: 'Dev-1', audience: 'https://demo.api/' };

describe.skipIf(ministack === '')('two deployments with different stack prefixes', () => {
  let aws: AwsForTest;
  let development: string;
  let apiUrls: ReadonlyMap<string, string>;
  let inventoryOfOne: Inventory;
  let snapshotOfOne: string;

  beforeAll(async () => {
    aws = await AwsForTest.start(ministack);
    const assemblies = await Promise.all([aws.synth(PRODUCTION), aws.synth(DEVELOPMENT)]);
    development = assemblies[1];
    const production = await deploy(assemblies[0]);
    [inventoryOfOne, snapshotOfOne] = [await inventoryOf(aws.account), aws.tenant.snapshot()];
    apiUrls = new Map([
      [PRODUCTION.audience, production],
      [DEVELOPMENT.audience, await deploy(development)],
    ]);
  });

  afterAll(() => aws?.close());

  async function deploy(assembly: string): Promise<string> {
    succeeded(await aws.deploy(assembly));
    return reachableApiUrl(aws.account, (await aws.outputs()).ApiUrl ?? '');
  }

  /** The status for an app specific password of one audience at the API of another. */
  async function statusOf(audience: string, at: string): Promise<number> {
    const credential = bearer(aws.tenant.mintApplicationPassword({ audience }).value);
    return (await call(new URL('foo', apiUrls.get(at)), 'GET', credential)).status;
  }

  it('each have alarms of their own', () => {
    expect(inventoryOfOne.alarms).toHaveLength(7);
    expect(inventoryOfOne.rules).toEqual([expect.stringMatching(/^Production-/)]);
  });

  it.each([
    [PRODUCTION, DEVELOPMENT],
    [DEVELOPMENT, PRODUCTION],
  ])('each accept only the credentials of their own audience: $stackPrefix', async (one, other) => {
    expect(await statusOf(one.audience, one.audience)).toBe(200);
    expect(await statusOf(other.audience, one.audience)).toBe(401);
  });

  it('leave the other unharmed when one is destroyed: its API, its side of the tenant, and its resources', async () => {
    succeeded(await aws.destroy(development));
    expect(await statusOf(PRODUCTION.audience, PRODUCTION.audience)).toBe(200);
    expect(await statusOf(DEVELOPMENT.audience, PRODUCTION.audience)).toBe(401);
    expect(await inventoryOf(aws.account)).toEqual(inventoryOfOne);
    // Minting a password changes neither the resource servers nor the grants.
    expect(aws.tenant.snapshot()).toBe(snapshotOfOne);
  });
});
