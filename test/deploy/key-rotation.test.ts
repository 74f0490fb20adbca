/** The signing key changed under load, for each way of handing it over; then revoked; then torn down half way through a change. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createProof } from '../../lambda/key-rotation/prove-key.ts';
import type { Account } from '../../local/deployment/aws-request.ts';
import { PROJECT_DIRECTORY } from '../../local/deployment/cdk-command.ts';
import { type Command, run } from '../../local/deployment/child-process.ts';
import { reachableApiUrl } from '../../local/deployment/stack-outputs.ts';
import { createHttpsClient } from '../../src/http/https-client.ts';
import { parseSigningJwk } from '../../src/signing-key/signing-key.ts';
import { API_STACK, AwsForTest, succeeded } from '../support/aws/aws-for-test.ts';
import { type Evidence, findings, gather, secretsOf } from '../support/aws/canary.ts';
import { type Inventory, inventoryOf, readSecret } from '../support/aws/inventory.ts';
import { type JwksFront, startJwksFront } from '../support/aws/jwks-front.ts';
import { callStep, labelledVersions, type RotationTarget, rotate } from '../support/aws/rotation.ts';
import { startLoad } from '../support/aws/steady-load.ts';
import { bearer, call } from '../support/http/call.ts';

function kidOf(signingKey: string): string {
  return parseSigningJwk(signingKey).kid;
}

/** `asp revoke-key`, as an operator with the account's credentials runs it. */
function revokeKey({ url, id, region }: Account): Command {
  const args = ['--import', 'tsx', 'bin/asp.ts', 'revoke-key', '--json'];
  const credentials = { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: 'test', AWS_REGION: region };
  const environment = { PATH: process.env.PATH ?? '', NODE_NO_WARNINGS: '1', AWS_ENDPOINT_URL: url, ...credentials };
  return { file: process.execPath, args, environment, directory: PROJECT_DIRECTORY };
}

const ministack = inject('ministack');
const DEMO_API = 'https://demo.api';
const DELIVERIES = ['verificationLocation', 'verificationKeys', 'wellKnown', 'verificationKey'] as const;
const CALLERS = 3;
const ROTATIONS = 3;
const REQUESTS_BETWEEN = 20;
/** The tenant keeps a JWKS for as long as it may. */
const JWKS_CACHE_SECONDS = 1;
const UNCACHED = { cacheTtlSeconds: '0', negativeTtlSeconds: '0', jwksCacheSeconds: String(JWKS_CACHE_SECONDS) };

describe.skipIf(ministack === '')('the signing key of a deployment', () => {
  let aws: AwsForTest;
  let snapshotBefore: string;
  let inventoryBefore: Inventory;
  let assembly: string;
  let next: Promise<string>;
  let target: RotationTarget;
  let apiUrl: string;
  let jwksUrl: string;
  let front: JwksFront;
  let evidence: Evidence;
  /** Each that there was. */
  const signingKeys = new Set<string>();

  beforeAll(async () => {
    aws = await AwsForTest.start(ministack, { keyCacheSeconds: JWKS_CACHE_SECONDS });
    snapshotBefore = aws.tenant.snapshot();
    inventoryBefore = await inventoryOf(aws.account);
    next = aws.synth({ ...UNCACHED, keyDelivery: DELIVERIES[0] });
    succeeded(await aws.deploy(await next));
    const outputs = await aws.outputs();
    const { account } = aws;
    const { KeyRotationFunctionArn: functionArn = '', SigningKeySecretArn: secretArn = '' } = outputs;
    target = { account, functionArn, secretArn };
    apiUrl = reachableApiUrl(account, outputs.ApiUrl ?? '');
    jwksUrl = outputs.JwksUrl ?? '';
    front = await startJwksFront(account, jwksUrl);
    for (const origin of [DEMO_API, new URL(jwksUrl).origin]) aws.tenant.origins.set(origin, front.origin);
    await noteSigningKey();
  });

  afterAll(async () => {
    await Promise.all([front?.close(), aws?.close()]);
  });

  const lastSigningKey = () => [...signingKeys].at(-1) ?? '';
  const noteSigningKey = async () => signingKeys.add(await readSecret(aws.account, target.secretArn));
  const resourceServer = () =>
    [...aws.tenant.state.resourceServers.values()].find(({ identifier }) => identifier === DEMO_API);
  const statusOf = async (token: string) => (await call(new URL('foo', apiUrl), 'GET', bearer(token))).status;
  const servedKids = async () =>
    JSON.parse((await call(new URL(front.origin), 'GET')).body).keys.map(({ kid }: { kid: string }) => kid);

  describe.each(DELIVERIES)('by %s', (keyDelivery) => {
    it('is handed over by an ordinary deployment, which leaves nothing of the way before', async () => {
      assembly = await next;
      if (keyDelivery !== DELIVERIES[0]) succeeded(await aws.deploy(assembly, API_STACK));
      const { verificationKey, verificationKeys, verificationLocation } = resourceServer() ?? {};
      const held = { verificationKey, verificationKeys, verificationLocation };
      const others = { verificationKey: undefined, verificationKeys: undefined, verificationLocation: undefined };
      expect(held).toEqual({ ...others, ...(keyDelivery !== 'wellKnown' && { [keyDelivery]: expect.anything() }) });
      if (keyDelivery === 'verificationLocation') expect(verificationLocation).toBe(jwksUrl);
      expect(await statusOf(aws.tenant.mintOpaque())).toBe(200);
    });

    it('is changed three times in a row under steady load: none refused, none failed', async () => {
      const following = DELIVERIES[DELIVERIES.indexOf(keyDelivery) + 1];
      const load = startLoad(CALLERS, () => statusOf(aws.tenant.mintOpaque()));
      for (let time = 0; time < ROTATIONS; time += 1) {
        await load.more(REQUESTS_BETWEEN);
        await rotate(target);
        await noteSigningKey();
      }
      await load.more(REQUESTS_BETWEEN);
      const outcomes = await load.stop();
      if (following) next = aws.synth({ ...UNCACHED, keyDelivery: following });
      expect(outcomes).toEqual({ '200': expect.any(Number) });
      expect(outcomes['200']).toBeGreaterThan((ROTATIONS + 1) * REQUESTS_BETWEEN);
      expect(await servedKids()).toContain(kidOf(lastSigningKey()));
    });
  });

  it('was another one after each change', () => {
    expect(signingKeys.size).toBe(1 + DELIVERIES.length * ROTATIONS);
  });

  it('is published for everyone to read, and to keep for a while', async () => {
    const url = reachableApiUrl(aws.account, jwksUrl);
    const first = await fetch(url);
    expect([first.status, first.headers.get('cache-control')]).toEqual([200, `public, max-age=${JWKS_CACHE_SECONDS}`]);
    for (const key of JSON.parse(await first.text()).keys)
      expect(Object.keys(key)).toEqual(['kty', 'kid', 'alg', 'use', 'n', 'e']);
    const again = await fetch(url, { headers: { 'If-None-Match': first.headers.get('etag') ?? '' } });
    expect([again.status, await again.text()]).toEqual([304, '']);
    for (const method of ['POST', 'PUT', 'DELETE']) expect((await fetch(url, { method })).ok).toBe(false);
  });

  it('can be revoked by one command, under load: a new one signs, and the old one is nobody’s', async () => {
    const old = lastSigningKey();
    const load = startLoad(CALLERS, () => statusOf(aws.tenant.mintOpaque()));
    await load.more(REQUESTS_BETWEEN);
    const { exitCode, output } = await run(revokeKey(aws.account));
    await load.more(REQUESTS_BETWEEN);
    const outcomes = await load.stop();
    await noteSigningKey();
    expect({ exitCode, output }).toEqual({
      exitCode: 0,
      output: expect.stringContaining(`{"revoked":true,"kid":"${kidOf(lastSigningKey())}","introspection":"accepted"}`),
    });
    expect(outcomes).toEqual({ '200': expect.any(Number) });
    expect(await servedKids()).toEqual([kidOf(lastSigningKey())]);
    expect(await labelledVersions(aws.account, target.secretArn)).toEqual([['AWSCURRENT', 'AWSPENDING']]);
    expect(await isTaken(lastSigningKey())).toBe(true);
    expect(await isTaken(old)).toBe(false);
    aws.transcript.push(output);
  });

  /** Whether the tenant takes an assertion that was signed with a key. */
  async function isTaken(signingKey: string): Promise<boolean> {
    const http = createHttpsClient();
    const ports = { http: http.send, clock: Date.now, sleep: async () => {}, random: Math.random };
    const prove = createProof({ issuer: aws.tenant.issuer, audience: DEMO_API }, ports);
    const outcome = await prove(parseSigningJwk(signingKey)).catch((error: { readonly code: string }) => error.code);
    http.close();
    expect([undefined, 'issuer_client_refused']).toContain(outcome);
    return outcome === undefined;
  }

  it('is taken away half way through a change: the tenant is as it was, and nothing is left', async () => {
    evidence = await gather(aws);
    await callStep(target, 'createSecret', 'a-rotation-that-is-never-finished-0001');
    await callStep(target, 'setSecret', 'a-rotation-that-is-never-finished-0001');
    succeeded(await aws.destroy(assembly));
    expect(aws.tenant.snapshot()).toBe(snapshotBefore);
    expect(await inventoryOf(aws.account)).toEqual(inventoryBefore);
  });

  it('is in no template, log, event, output or parameter, nor was any before it', async () => {
    const after = await gather(aws);
    const secrets = [...signingKeys].flatMap(secretsOf);
    expect(findings(evidence, secrets)).toEqual([]);
    expect(findings(after, secrets)).toEqual([]);
  });
});
