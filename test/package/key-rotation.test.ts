/** Rotates the signing key under load with each key delivery, revokes it, and destroys the stacks in the middle of a rotation. */
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

/** The command `asp revoke-key`, run by an operator who has the account's credentials. */
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
/** Enough that no request lasts from one rotation into the next but one. Nobody rotates as often as that. */
const REQUESTS_BETWEEN = 40;
/** The tenant caches a JWKS for this time, the longest that the JWKS allows. */
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
  /** Every signing key so far. */
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

  describe.each(DELIVERIES)('the signing key with keyDelivery %s', (keyDelivery) => {
    it('is delivered by an ordinary deployment, which removes what the previous keyDelivery left', async () => {
      assembly = await next;
      if (keyDelivery !== DELIVERIES[0]) succeeded(await aws.deploy(assembly, API_STACK));
      const { verificationKey, verificationKeys, verificationLocation } = resourceServer() ?? {};
      const held = { verificationKey, verificationKeys, verificationLocation };
      const others = { verificationKey: undefined, verificationKeys: undefined, verificationLocation: undefined };
      expect(held).toEqual({ ...others, ...(keyDelivery !== 'wellKnown' && { [keyDelivery]: expect.anything() }) });
      if (keyDelivery === 'verificationLocation') expect(verificationLocation).toBe(jwksUrl);
      expect(await statusOf(aws.tenant.mintOpaque())).toBe(200);
    });

    it('is rotated three times in a row under steady load, and every request succeeds', async () => {
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

  it('is a new key after each rotation', () => {
    expect(signingKeys.size).toBe(1 + DELIVERIES.length * ROTATIONS);
  });

  it('is published in a JWKS that everyone may read and cache', async () => {
    const url = reachableApiUrl(aws.account, jwksUrl);
    const first = await fetch(url);
    expect([first.status, first.headers.get('cache-control')]).toEqual([200, `public, max-age=${JWKS_CACHE_SECONDS}`]);
    for (const key of JSON.parse(await first.text()).keys)
      expect(Object.keys(key)).toEqual(['kty', 'kid', 'alg', 'use', 'n', 'e']);
    const again = await fetch(url, { headers: { 'If-None-Match': first.headers.get('etag') ?? '' } });
    expect([again.status, await again.text()]).toEqual([304, '']);
    for (const method of ['POST', 'PUT', 'DELETE']) expect((await fetch(url, { method })).ok).toBe(false);
  });

  it('is replaced under load by one command, after which the tenant refuses the old key', async () => {
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
    expect(await isAccepted(lastSigningKey())).toBe(true);
    expect(await isAccepted(old)).toBe(false);
    aws.transcript.push(output);
  });

  /** Whether the tenant accepts an assertion that was signed with a key. */
  async function isAccepted(signingKey: string): Promise<boolean> {
    const http = createHttpsClient();
    const ports = { http: http.send, clock: Date.now, sleep: async () => {}, random: Math.random };
    const prove = createProof({ issuer: aws.tenant.issuer, audience: DEMO_API }, ports);
    const outcome = await prove(parseSigningJwk(signingKey)).catch((error: { readonly code: string }) => error.code);
    http.close();
    expect([undefined, 'issuer_client_refused']).toContain(outcome);
    return outcome === undefined;
  }

  it('is removed with its stacks in the middle of a rotation, which restores the tenant and leaves nothing behind', async () => {
    evidence = await gather(aws);
    await callStep(target, 'createSecret', 'a-rotation-that-is-never-finished-0001');
    await callStep(target, 'setSecret', 'a-rotation-that-is-never-finished-0001');
    succeeded(await aws.destroy(assembly));
    expect(aws.tenant.snapshot()).toBe(snapshotBefore);
    expect(await inventoryOf(aws.account)).toEqual(inventoryBefore);
  });

  it('never appears in a template, log, event, output or parameter, and neither do its predecessors', async () => {
    const after = await gather(aws);
    const secrets = [...signingKeys].flatMap(secretsOf);
    expect(findings(evidence, secrets)).toEqual([]);
    expect(findings(after, secrets)).toEqual([]);
  });
});
