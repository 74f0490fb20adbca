/** Moves an API to another identifier in the emulator: add the new one, exchange the two, remove the old one, and destroy. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { reachableApiUrl } from '../../local/deployment/stack-outputs.ts';
import { AwsForTest, succeeded } from '../support/aws/aws-for-test.ts';
import { basic, bearer, call } from '../support/http/call.ts';

const ministack = inject('ministack');
const OLD = 'https://demo.api';
const NEW = 'https://demo.api/';
const USER = 'user@gmail.com';

describe.skipIf(ministack === '')('the move to another identifier', () => {
  let aws: AwsForTest;
  let apiUrl: string;
  let assembly: string;
  let snapshotBefore: string;

  beforeAll(async () => {
    aws = await AwsForTest.start(ministack);
    snapshotBefore = aws.tenant.snapshot();
    await deploy(OLD, []);
  });

  afterAll(() => aws?.close());

  async function deploy(audience: string, audiences: readonly string[], restricted?: string): Promise<void> {
    const ofOne = restricted === undefined ? {} : { 'GET /one': { allOf: ['read:foo'], audience: restricted } };
    const routes = { 'GET /foo': ['read:foo'], ...ofOne };
    assembly = await aws.synth({ audience, audiences: JSON.stringify(audiences), routes: JSON.stringify(routes) });
    succeeded(await aws.deploy(assembly));
    apiUrl = reachableApiUrl(aws.account, (await aws.outputs()).ApiUrl ?? '');
  }

  const statusOf = async (path: string, authorization: string) =>
    (await call(new URL(path, apiUrl), 'GET', authorization)).status;
  const holders = () =>
    [...aws.tenant.state.resourceServers.values()]
      .filter(({ verificationKey }) => verificationKey !== undefined)
      .map(({ identifier }) => identifier)
      .sort();

  /** The statuses of a JWT, an opaque token, an ASP, and an ASP as Basic. */
  async function statusesOf(audience: string, path = 'foo'): Promise<readonly number[]> {
    const { tenant } = aws;
    const asp = () => tenant.mintApplicationPassword({ audience }).value;
    const credentials = [tenant.mintJwt({ audience }), tenant.mintOpaque({ audience }), asp()].map(bearer);
    const statuses = [];
    for (const credential of [...credentials, basic(USER, asp())]) statuses.push(await statusOf(path, credential));
    return statuses;
  }

  it('starts with one audience, of which every credential is accepted, and none of the other', async () => {
    expect(await statusesOf(OLD)).toEqual([200, 200, 200, 200]);
    expect(await statusesOf(NEW)).toEqual([401, 401, 401, 401]);
    expect(holders()).toEqual([OLD]);
  });

  it('accepts both once the new one is added, and a route accepts only the new one', async () => {
    await deploy(OLD, [NEW], NEW);
    expect(holders()).toEqual([OLD, NEW]);
    expect(await statusesOf(OLD)).toEqual([200, 200, 200, 200]);
    expect(await statusesOf(NEW)).toEqual([200, 200, 200, 200]);
    expect(await statusesOf(OLD, 'one')).toEqual([401, 401, 401, 401]);
    expect(await statusesOf(NEW, 'one')).toEqual([200, 200, 200, 200]);
    expect((await aws.outputs()).Auth0Warnings).toBe(
      `Resource server: none. Resource server ${NEW}: none. Client grant: none.`,
    );
  });

  it('changes nothing at the tenant when the two are exchanged', async () => {
    const during = aws.tenant.snapshot();
    await deploy(NEW, [OLD], NEW);
    const keysOnly = (snapshot: string) => JSON.parse(snapshot).resourceServers;
    expect(keysOnly(aws.tenant.snapshot())).toEqual(keysOnly(during));
    expect(holders()).toEqual([OLD, NEW]);
    expect(await statusesOf(OLD)).toEqual([200, 200, 200, 200]);
    expect(await statusesOf(NEW)).toEqual([200, 200, 200, 200]);
  });

  it('restores the old one when it is removed', async () => {
    await deploy(NEW, []);
    expect(holders()).toEqual([NEW]);
    expect(await statusesOf(OLD)).toEqual([401, 401, 401, 401]);
    expect(await statusesOf(NEW)).toEqual([200, 200, 200, 200]);
  });

  it('restores both, byte for byte, when a deployment with two is destroyed', async () => {
    await deploy(NEW, [OLD]);
    expect(holders()).toEqual([OLD, NEW]);
    succeeded(await aws.destroy(assembly));
    expect(aws.tenant.snapshot()).toBe(snapshotBefore);
  });
});
