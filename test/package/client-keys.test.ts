/** A deployment whose clients have keys instead of secrets: the set-up, logins, a changed key, and the clean-up. */
import type { KeyObject } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { callAws } from '../../local/deployment/aws-request.ts';
import { reachableApiUrl } from '../../local/deployment/stack-outputs.ts';
import { registerClientKey } from '../../local/local-clients.ts';
import { AwsForTest, MANAGEMENT_SECRET, PASSWORD_GRANT_SECRET, succeeded } from '../support/aws/aws-for-test.ts';
import { findings, gather } from '../support/aws/canary.ts';
import { keySecret, OTHER_RSA, publicPem, RSA, secretParts } from '../support/core/client-keys.ts';
import { basic, call } from '../support/http/call.ts';

const ministack = inject('ministack');
const MANAGEMENT = 'local-management-client';
const PASSWORD = 'local-password-client';
const USER = 'user@gmail.com';

describe.skipIf(ministack === '')('a deployment whose clients have keys', () => {
  let aws: AwsForTest;
  let assembly: string;
  let snapshotBefore: string;
  let apiUrl: string;

  async function store(name: string, clientId: string, key: KeyObject): Promise<void> {
    const SecretString = keySecret(clientId, key);
    registerClientKey(aws.tenant, clientId, publicPem(key));
    await callAws(aws.account, 'secretsmanager', 'secretsmanager.PutSecretValue', { SecretId: name, SecretString });
  }

  beforeAll(async () => {
    aws = await AwsForTest.start(ministack);
    await store(MANAGEMENT_SECRET, MANAGEMENT, RSA);
    await store(PASSWORD_GRANT_SECRET, PASSWORD, RSA);
    snapshotBefore = aws.tenant.snapshot();
    assembly = await aws.synth({ cacheTtlSeconds: '0' });
    succeeded(await aws.deploy(assembly));
    const { ApiUrl = '', Auth0Warnings } = await aws.outputs();
    apiUrl = reachableApiUrl(aws.account, ApiUrl);
    expect(Auth0Warnings).toBe('Resource server: none. Client grant: none.');
  });

  afterAll(() => aws?.close());

  const logIn = async (password = aws.tenant.state.users.get('auth0|1234')?.password ?? '') =>
    (await call(new URL('foo', apiUrl), 'GET', basic(USER, password))).status;

  it('is set up, and logs users in, also right after their client got another key', async () => {
    expect(await logIn()).toBe(200);
    expect(await logIn('wrong password')).toBe(401);
    await store(PASSWORD_GRANT_SECRET, PASSWORD, OTHER_RSA);
    expect(await logIn()).toBe(200);
    // The tenant of the snapshot knows the first key.
    await store(PASSWORD_GRANT_SECRET, PASSWORD, RSA);
  });

  it('restores the tenant on cdk destroy, and no shared secret and nothing of a key was ever sent or shown', async () => {
    const evidence = await gather(aws);
    succeeded(await aws.destroy(assembly));
    expect(aws.tenant.snapshot()).toBe(snapshotBefore);
    for (const { body } of aws.tenant.requests) expect(body ?? {}).not.toHaveProperty('client_secret');
    const secrets = [...secretParts(RSA), ...secretParts(OTHER_RSA)];
    expect(findings(evidence, secrets)).toEqual([]);
    expect(findings(await gather(aws), secrets)).toEqual([]);
  });
});
