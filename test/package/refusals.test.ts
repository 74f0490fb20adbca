/** Deployments that the tenant refuses, that are interrupted, or whose resources somebody changes: each is rolled back or cleaned up. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import {
  API_STACK,
  AwsForTest,
  CANARIES,
  KEY_STACK,
  MANAGEMENT_SECRET,
  OTHER_MANAGEMENT_SECRET,
  succeeded,
} from '../support/aws/aws-for-test.ts';
import { findings, gather, secretsOf } from '../support/aws/canary.ts';
import { killFunctions } from '../support/aws/deployed-function.ts';
import { type Inventory, inventoryOf, readSecret, stackTextsOf } from '../support/aws/inventory.ts';
import { shortenServiceTimeout } from '../support/aws/service-timeout.ts';

const ministack = inject('ministack');
const DEMO_API = 'https://demo.api';
const NEAR_MISS = 'https://demo.api/';
/** A client that has no grant before the deployment. */
const GRANT_CLIENT = 'local-operator-client';

describe.skipIf(ministack === '')('a deployment that fails or is changed by hand', () => {
  let aws: AwsForTest;
  let assembly: string;
  let otherWay: Promise<string>;
  let before: string;
  let inventoryBefore: Inventory;
  let signingKey: string;

  beforeAll(async () => {
    aws = await AwsForTest.start(ministack);
    before = aws.tenant.snapshot();
    assembly = await aws.synth({ grantClientId: GRANT_CLIENT });
    await shortenServiceTimeout(assembly, 3);
    succeeded(await aws.deploy(assembly, KEY_STACK));
    signingKey = await readSecret(aws.account, (await aws.outputs()).SigningKeySecretArn ?? '');
    inventoryBefore = await inventoryOf(aws.account);
  });

  afterEach(() => aws?.tenant.faults.clear());
  afterAll(() => aws?.close());

  const resourceServer = () =>
    [...aws.tenant.state.resourceServers.values()].find(({ identifier }) => identifier === DEMO_API);
  const ourGrant = () => [...aws.tenant.state.clientGrants.values()].find((grant) => grant.client_id === GRANT_CLIENT);

  /**
   * Expects that CloudFormation rolled back, reported the reason, and restored the tenant and the account.
   *
   * @param leftBehind the parameter that the emulator keeps after a Create without a response; AWS deletes it
   */
  async function expectRollback(
    deployment: ReturnType<AwsForTest['deploy']>,
    reason: RegExp,
    snapshot: string,
    leftBehind?: RegExp,
  ) {
    const { exitCode, output } = await deployment;
    expect(exitCode).toBe(1);
    // The CDK wraps long lines.
    expect(output.replace(/\s+/g, ' ')).toMatch(reason);
    expect(aws.tenant.snapshot()).toBe(snapshot);
    const { parameters, ...others } = await inventoryOf(aws.account);
    const inventory = { ...others, parameters: parameters.filter((name) => !leftBehind?.test(name)) };
    expect(inventory).toEqual(inventoryBefore);
  }

  describe('a deployment that the tenant refuses', () => {
    it('is rolled back with advice if the client secret is wrong', async () => {
      await aws.putClientSecret(MANAGEMENT_SECRET, 'wrong');
      const reason =
        /refused the management client "local-management-client": got 401 .* Put the client's id and its current client secret/;
      await expectRollback(aws.deploy(assembly, API_STACK), reason, before);
      await aws.putClientSecret(MANAGEMENT_SECRET, CANARIES.managementClientSecret);
    });

    it('is rolled back with advice if a scope is missing for its second write', async () => {
      const grant = aws.tenant.state.clientGrants.get('cgr_managementsetup');
      if (!grant) throw new Error('The seed has no grant for the management client.');
      const scope = grant.scope.filter((value) => value !== 'create:client_grants');
      aws.tenant.state.clientGrants.set(grant.id, { ...grant, scope });
      const reason =
        /lacks a scope for POST \/api\/v2\/client-grants: expected create:client_grants. Give it this scope/;
      await expectRollback(aws.deploy(assembly, API_STACK), reason, aws.tenant.snapshot());
      aws.tenant.state.clientGrants.set(grant.id, grant);
      expect(aws.tenant.snapshot()).toBe(before);
    });

    it('is rolled back with advice if the tenant responds with 500 to its second write', async () => {
      aws.tenant.faults.add({ kind: 'status', status: 500, method: 'POST', path: '/api/v2/client-grants' });
      const reason = /POST \/api\/v2\/client-grants to the tenant failed: got status 500.* run it again/;
      await expectRollback(aws.deploy(assembly, API_STACK), reason, before);
    });

    it('is rolled back with advice if the tenant does not accept the key property', async () => {
      aws.tenant.behaviour.refusedProperties = ['verificationKey', 'verificationKeys'];
      const reason = /does not accept "verificationKeys": .* choose another keyDelivery/;
      await expectRollback(aws.deploy(assembly, API_STACK), reason, before);
      aws.tenant.behaviour.refusedProperties = [];
    });

    it('is rolled back with a timeout if the function dies between its two writes', async () => {
      aws.tenant.faults.add({ kind: 'hang', method: 'POST', path: '/api/v2/client-grants' });
      const deployment = aws.deploy(assembly, API_STACK);
      while (aws.tenant.requestLog.find('POST', '/api/v2/client-grants').every(({ status }) => status !== 0)) {
        await sleep(50);
      }
      expect(resourceServer()).toHaveProperty('verificationKey');
      expect(await killFunctions(aws.ministack.pid)).toBeGreaterThan(0);
      await expectRollback(deployment, /timed out after 3s/, before, /-ClientGrantRecords$/);
    });
  });

  it('leaves everything to the old set-up if it uses another management secret and fails', async () => {
    otherWay = aws.synth({ grantClientId: GRANT_CLIENT, managementSecret: OTHER_MANAGEMENT_SECRET });
    succeeded(await aws.deploy(assembly, API_STACK));
    const snapshot = aws.tenant.snapshot();
    expect(ourGrant()).toBeDefined();
    const inventory = await inventoryOf(aws.account);
    await aws.putClientSecret(OTHER_MANAGEMENT_SECRET, 'wrong');
    const { exitCode } = await aws.deploy(await otherWay, API_STACK);
    expect(exitCode).toBe(1);
    expect(aws.tenant.snapshot()).toBe(snapshot);
    expect(await inventoryOf(aws.account)).toEqual(inventory);
    await aws.putClientSecret(OTHER_MANAGEMENT_SECRET, CANARIES.managementClientSecret);
  });

  it('replaces the set-up and leaves the tenant unchanged if it uses another management secret', async () => {
    const snapshot = aws.tenant.snapshot();
    const { functions } = await inventoryOf(aws.account);
    succeeded(await aws.deploy(await otherWay, API_STACK));
    expect(aws.tenant.snapshot()).toBe(snapshot);
    const { functions: functionsAfter } = await inventoryOf(aws.account);
    expect(functionsAfter).toHaveLength(functions.length);
    expect(functionsAfter).not.toEqual(functions);
  });

  it('restores the old audience if it moves to another one and fails after its write', async () => {
    const snapshot = aws.tenant.snapshot();
    const path = `/api/v2/resource-servers/${encodeURIComponent(NEAR_MISS)}`;
    // The read before the write is right. The read after it shows another key.
    aws.tenant.faults.add({ kind: 'edit', method: 'GET', path, times: 1 });
    aws.tenant.faults.add({ kind: 'edit', set: { verificationKey: 'another' }, method: 'GET', path, times: 1 });
    const next = { grantClientId: GRANT_CLIENT, managementSecret: OTHER_MANAGEMENT_SECRET, audience: NEAR_MISS };
    aws.tenant.requestLog.clear();
    const { exitCode, output } = await aws.deploy(await aws.synth(next), API_STACK);
    expect(exitCode).toBe(1);
    expect(output.replace(/\s+/g, ' ')).toMatch(/does not accept "verificationKey": .* holds something else/);
    const id = [...aws.tenant.state.resourceServers.values()].find(({ identifier }) => identifier === NEAR_MISS)?.id;
    const writes = aws.tenant.requests.filter(({ method }) => method === 'PATCH').map((request) => request.path);
    expect(writes).toEqual([`/api/v2/resource-servers/${id}`, `/api/v2/resource-servers/${id}`]);
    expect(aws.tenant.snapshot()).toBe(snapshot);
  });

  it('can be destroyed after somebody has deleted the grant and the resource server by hand', async () => {
    const api = resourceServer();
    if (!api) throw new Error('The demo API is gone.');
    aws.tenant.state.resourceServers.delete(api.id);
    aws.tenant.state.clientGrants.delete(ourGrant()?.id ?? '');
    const snapshot = aws.tenant.snapshot();
    succeeded(await aws.destroy(await otherWay, API_STACK));
    expect(aws.tenant.snapshot()).toBe(snapshot);
    expect(await inventoryOf(aws.account)).toEqual(inventoryBefore);
    const { verificationKey: _ours, ...original } = api;
    aws.tenant.state.resourceServers.set(api.id, original);
    expect(aws.tenant.snapshot()).toBe(before);
  });

  it('can be destroyed without removing a key that somebody else has set in place of its own', async () => {
    succeeded(await aws.deploy(assembly, API_STACK));
    const api = resourceServer();
    if (!api) throw new Error('The demo API is gone.');
    aws.tenant.state.resourceServers.set(api.id, { ...api, verificationKey: 'THEIRS' });
    succeeded(await aws.destroy(assembly));
    expect(resourceServer()?.verificationKey).toBe('THEIRS');
    expect(ourGrant()).toBeUndefined();
  });

  it('shows no secret and no response URL in any evidence', async () => {
    const evidence = await gather(aws);
    expect(findings(evidence, secretsOf(signingKey))).toEqual([]);
    expect(await stackTextsOf(aws.account)).not.toContain('cfn-response');
    expect(aws.transcript.join('\n')).not.toContain('cfn-response');
  });
});
