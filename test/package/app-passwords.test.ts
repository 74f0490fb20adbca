/**
 * App passwords of users in the emulator: a login at the tenant, a password that is created, used and deleted, another one that expires,
 * and the destruction of a deployment that still has one. The emulator caches no decisions, and the tests call the sweep themselves.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { callAws, sendToAws } from '../../local/deployment/aws-request.ts';
import { createSecret } from '../../local/deployment/secrets.ts';
import { reachableApiUrl, type StackOutputs } from '../../local/deployment/stack-outputs.ts';
import { seed } from '../../local/tenant/seed.ts';
import { isJsonObject, type JsonObject, parseJson } from '../../src/core/json.ts';
import { API_STACK, AwsForTest, succeeded } from '../support/aws/aws-for-test.ts';
import { startAsp } from '../support/cli/child.ts';
import { basic, bearer, call } from '../support/http/call.ts';
import { type Application, applicationAt, tokensOf, USER } from '../support/tenant/login.ts';

const ministack = inject('ministack');
const CLIENT_SECRET_NAME = 'demo/app-passwords';
const SCOPE = 'openid manage:app_passwords read:foo create:foo';

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: JsonObject;
}

describe.skipIf(ministack === '')('app passwords of users', () => {
  let aws: AwsForTest;
  let application: Application;
  let outputs: StackOutputs;
  let assembly: string;
  let snapshotBefore: string;
  let token: string;

  beforeAll(async () => {
    // The deployment grants the client its scopes.
    const clientGrants = seed.clientGrants.filter(({ client_id: clientId }) => clientId !== 'app-passwords');
    aws = await AwsForTest.start(ministack, { seed: { clientGrants } });
    await createSecret(aws.account, CLIENT_SECRET_NAME, {
      clientId: 'app-passwords',
      clientSecret: 'app-passwords-secret',
    });
    application = await applicationAt(aws.tenant);
    snapshotBefore = aws.tenant.snapshot();
    await deploy();
    token = (await tokensOf(application, { scope: SCOPE })).access_token;
  });

  afterAll(() => aws?.close());

  async function deploy(more: Readonly<Record<string, string>> = {}): Promise<void> {
    assembly = await aws.synth({
      appPasswords: 'true',
      appPasswordsSecret: CLIENT_SECRET_NAME,
      appPasswordsClientId: 'app-passwords',
      appPasswordClients: '["app-passwords-page"]',
      maxAuthAgeSeconds: '3600',
      scopeDescriptions: '{"read:foo":"Read foos"}',
      revocationSeconds: '1',
      ...more,
    });
    await allowPlainHttp(join(assembly, `${API_STACK}.template.json`));
    succeeded(await aws.deploy(assembly));
    outputs = await aws.outputs();
  }

  const pageUrl = (path = '') => new URL(path, reachableApiUrl(aws.account, outputs.AppPasswordsUrl ?? ''));
  const apiUrl = (path: string) => new URL(path, reachableApiUrl(aws.account, outputs.ApiUrl ?? ''));
  const statusOf = async (authorization: string) => (await call(apiUrl('foo'), 'GET', authorization)).status;
  const statuses = async (value: string) => [
    await statusOf(bearer(value)),
    await statusOf(basic(USER.username, value)),
  ];
  const atTenant = () => [...aws.tenant.state.applicationPasswords.values()].map(({ label }) => label);

  async function request(method: string, path: string, body?: unknown, authorization = bearer(token)): Promise<Answer> {
    const response = await fetch(pageUrl(path), {
      method,
      headers: { authorization, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const json = parseJson(await response.text());
    return { status: response.status, headers: response.headers, body: isJsonObject(json) ? json : {} };
  }

  async function create(label: string, more = {}): Promise<{ readonly id: string; readonly value: string }> {
    const { status, body } = await request('POST', 'app-passwords', { label, scopes: ['read:foo'], ...more });
    expect({ status, body }).toMatchObject({ status: 201 });
    return { id: String(body.id), value: String(body.value) };
  }

  async function listed(): Promise<readonly JsonObject[]> {
    const { body } = await request('GET', 'app-passwords');
    return Array.isArray(body.appPasswords) ? body.appPasswords : [];
  }

  /** Calls the function as EventBridge does every minute. */
  async function runSweep(): Promise<void> {
    const path = `/2015-03-31/functions/${outputs.AppPasswordsFunctionArn?.split(':').at(-1)}/invocations`;
    const body = JSON.stringify({ source: 'aws.events', 'detail-type': 'Scheduled Event', detail: {} });
    await sendToAws(aws.account, { service: 'lambda', method: 'POST', path, body });
  }

  it('are prepared at the tenant: its client may do three things, and users may get the scope', () => {
    const grant = [...aws.tenant.state.clientGrants.values()].find((each) => each.client_id === 'app-passwords');
    expect(grant?.scope).toEqual(['read', 'create', 'delete'].map((action) => `${action}:user_application_passwords`));
    expect(outputs.Auth0Warnings).toContain('Client grant of app passwords: none. Scope: none.');
  });

  it('have a page for everyone, with a strict policy', async () => {
    const page = await fetch(pageUrl());
    expect(page.status).toBe(200);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'");
    expect(await page.text()).toContain('src="app.js"');
    for (const name of ['app.js', 'styles.css', 'worker.js']) expect((await fetch(pageUrl(name))).status).toBe(200);
    expect(await (await fetch(pageUrl('config.json'))).json()).toMatchObject({
      issuer: aws.tenant.issuer,
      audience: 'https://demo.api',
      clientId: 'app-passwords-page',
      scopes: ['create:foo', 'delete:foo', 'read:foo', 'update:foo'],
      scopeDescriptions: { 'read:foo': 'Read foos' },
    });
    expect((await fetch(pageUrl('other.js'))).status).toBe(404);
  });

  it('are created, used as Bearer and Basic, shown with their last use, and refused soon after they are deleted', async () => {
    const { id, value } = await create('My script');
    expect(await statuses(value)).toEqual([200, 200]);
    const [shown] = await listed();
    expect(shown).toMatchObject({ id, label: 'My script', scopes: ['read:foo'], expiresAt: null });
    expect(Date.parse(String(shown?.lastUsedAt))).toBeGreaterThan(Date.now() - 60_000);
    expect(JSON.stringify(shown)).not.toContain(value);

    const deleted = await request('DELETE', `app-passwords/${id}`);
    expect(deleted).toMatchObject({ status: 202, body: { id } });
    expect(atTenant()).not.toContain('My script');
    await eventually(async () => (await request('GET', `app-passwords/${id}`)).body.state === 'stopped');
    expect(await statuses(value)).toEqual([401, 401]);
    expect(await request('DELETE', `app-passwords/${id}`)).toMatchObject({ status: 202, body: { state: 'stopped' } });
  });

  it('are managed only with a token of a login for it', async () => {
    const { tenant } = aws;
    const { value } = await create('Not for this');
    const withoutScope = await tokensOf(application, { scope: 'openid read:foo' });
    const statusWith = async (authorization: string) =>
      (await request('GET', 'app-passwords', undefined, authorization)).status;
    expect(await statusWith(bearer(value))).toBe(403);
    expect(await statusWith(basic(USER.username, value))).toBe(403);
    expect(await statusWith(bearer(withoutScope.access_token))).toBe(403);
    expect(await statusWith(bearer(tenant.mintJwt({ scope: 'manage:app_passwords' })))).toBe(403);
    expect(await statusWith(bearer('not-a-token'))).toBe(401);
    expect((await fetch(pageUrl('app-passwords'))).status).toBe(401);
  });

  it('are refused at once when they expire, and then deleted at the tenant', async () => {
    const { id, value } = await create('For a short time', { expiresInDays: 1 });
    // The API knows whole days only, so the test moves the expiry that the API has written.
    const expiresAt = Math.floor(Date.now() / 1000) + 8;
    await moveExpiry(id, expiresAt);
    expect(await statuses(value)).toEqual([200, 200]);
    await sleep(expiresAt * 1000 - Date.now() + 100);
    expect(await statuses(value)).toEqual([401, 401]);
    await runSweep();
    await eventually(async () => !atTenant().includes('For a short time'));
    expect(await statuses(value)).toEqual([401, 401]);
    // The expiry stays until the revocation is in effect and no decision from before is under way.
    expect((await expiries()).map((item) => item.passwordId)).toContain(id);
    await sleep(31_000);
    await runSweep();
    expect((await expiries()).map((item) => item.passwordId)).not.toContain(id);
    expect(await statuses(value)).toEqual([401, 401]);
  });

  it('leave lines in the log, which asp tail shows without the id of the user', async () => {
    const { url, id, region } = aws.account;
    const credentials = { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: 'test', AWS_REGION: region };
    const environment = { NODE_NO_WARNINGS: '1', AWS_ENDPOINT_URL: url, ...credentials };
    const tail = startAsp(['tail', '--since', '1h', '--once', '--json'], { directory: tmpdir(), environment });
    expect(await tail.ended).toBe(0);
    const lines = tail.output.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const outcomes = lines.filter(({ event }) => event === 'app_password').map(({ outcome }) => outcome);
    expect([...new Set(outcomes)].sort()).toEqual(['created', 'deleted', 'expired', 'refused']);
    expect(lines.filter(({ reason }) => reason === 'token_expired')).not.toEqual([]);
    expect(tail.output.stdout).not.toContain('auth0|1234');
  });

  it('keep their deployment from being destroyed while one of them expires later', async () => {
    await create('For a day', { expiresInDays: 1 });
    const { exitCode, output } = await aws.destroy(assembly);
    expect(exitCode).not.toBe(0);
    // AWS would now keep everything that the guard depends on. The emulator deletes it, so the next test deploys again.
    expect(output).toContain('1 app specific password would never expire');
    expect(atTenant()).toContain('For a day');
  });

  it('are deleted with the deployment if that is wanted, which restores the tenant to the byte', async () => {
    await deploy({ appPasswordsOnDestroy: 'delete' });
    await create('For two days', { expiresInDays: 2 });
    await create('For ever');
    succeeded(await aws.destroy(assembly));
    expect(atTenant()).not.toContain('For two days');
    expect(atTenant()).toContain('For ever');
    expect(aws.tenant.snapshot()).toBe(snapshotBefore);
  });

  it('never appear in what the CDK prints', () => {
    expect(aws.transcript.join()).not.toContain('app-passwords-secret');
  });

  async function expiries(): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const response = await callAws(aws.account, 'dynamodb', 'DynamoDB_20120810.Scan', { TableName: await tableName() });
    const items = isJsonObject(response) && Array.isArray(response.Items) ? response.Items : [];
    return items.map((item) =>
      Object.fromEntries(Object.entries(item).map(([name, value]) => [name, Object.values(Object(value))[0]])),
    );
  }

  async function moveExpiry(passwordId: string, expiresAt: number): Promise<void> {
    const found = (await expiries()).find((item) => item.passwordId === passwordId);
    await callAws(aws.account, 'dynamodb', 'DynamoDB_20120810.UpdateItem', {
      TableName: await tableName(),
      Key: { id: { S: String(found?.id) } },
      UpdateExpression: 'SET expiresAt = :at',
      ExpressionAttributeValues: { ':at': { N: String(expiresAt) } },
    });
  }

  async function tableName(): Promise<string> {
    const response = await callAws(aws.account, 'dynamodb', 'DynamoDB_20120810.ListTables', {});
    const names: readonly unknown[] =
      isJsonObject(response) && Array.isArray(response.TableNames) ? response.TableNames : [];
    return String(names.find((name) => String(name).includes('Expiries')));
  }
});

/** Removes the policies of the queues: the emulator serves no TLS, and obeys the policies that require it. */
async function allowPlainHttp(file: string): Promise<void> {
  const template = JSON.parse(await readFile(file, 'utf8'));
  const all: readonly (readonly [string, JsonObject])[] = Object.entries(template.Resources);
  const removed = all.filter(([, { Type }]) => Type === 'AWS::SQS::QueuePolicy').map(([id]) => id);
  const kept = all
    .filter(([id]) => !removed.includes(id))
    .map(([id, { DependsOn, ...resource }]) => {
      const dependencies = [DependsOn ?? []].flat().filter((name) => !removed.includes(String(name)));
      return [id, { ...resource, ...(dependencies.length > 0 && { DependsOn: dependencies }) }];
    });
  await writeFile(file, JSON.stringify({ ...template, Resources: Object.fromEntries(kept) }));
}

/** Tries for up to a minute. */
async function eventually(look: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 60; attempt += 1) {
    if (await look()) return;
    await sleep(1000);
  }
  throw new Error('It did not happen within a minute.');
}
