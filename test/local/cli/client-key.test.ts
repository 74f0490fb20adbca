/** `asp` as a management client that authenticates with a key, from its file or from the environment. */
import { describe, expect, it } from 'vitest';
import { registerClientKey } from '../../../local/local-clients.ts';
import type { ClientCredentialRecord } from '../../../local/tenant/records.ts';
import { type AspOptions, CTRL_C } from '../../support/cli/asp.ts';
import { openChain } from '../../support/cli/chain.ts';
import { openReadyTenant, type TenantForTest, USER } from '../../support/cli/tenant.ts';
import { keySecret, OTHER_RSA, P256, pem, publicPem, RSA, secretParts } from '../../support/core/client-keys.ts';
import { MANAGEMENT_CLIENT } from '../../support/tenant/tenant.ts';

const { clientId } = MANAGEMENT_CLIENT;
const LIST = ['list', '--user', USER];
/** No shared secret is left: the environment has none, and the tenant refuses it. */
const WITHOUT_SECRET = { environment: { AUTH0_CLIENT_SECRET: undefined } };

async function openWithKey(alg: ClientCredentialRecord['alg'] = 'RS256'): Promise<TenantForTest> {
  const opened = await openReadyTenant();
  registerClientKey(opened.tenant, clientId, publicPem(RSA), alg);
  for (const part of [...secretParts(RSA), ...secretParts(OTHER_RSA)]) opened.secrets.add(part);
  return opened;
}

function inEnvironment(key: string, more: Record<string, string> = {}): AspOptions {
  return {
    environment: { ...WITHOUT_SECRET.environment, AUTH0_CLIENT_ASSERTION_PRIVATE_KEY: key, ...more },
  };
}

describe('asp with the key of the management client', () => {
  it('reads it from a file: PEM, a JWK, or what the secret of a deployment holds', async () => {
    const { asp, write, tenant } = await openWithKey();
    write('client.pem', pem(RSA));
    write('client.jwk', JSON.stringify(RSA.export({ format: 'jwk' })));
    write('secret.json', keySecret(clientId, RSA, { kid: 'kid-1' }));
    for (const file of ['client.pem', 'client.jwk', 'secret.json']) {
      expect(await asp([...LIST, '--client-key', file, '--verbose'], WITHOUT_SECRET)).toMatchObject({ code: 0 });
    }
    const inFile = { environment: { ...WITHOUT_SECRET.environment, AUTH0_CLIENT_KEY_FILE: 'client.pem' } };
    expect(await asp(LIST, inFile)).toMatchObject({ code: 0 });
    const bodies = tenant.requests.filter(({ path }) => path === '/oauth/token').map(({ body }) => body);
    expect(bodies).toHaveLength(4);
    for (const body of bodies) expect(body).not.toHaveProperty('client_secret');
  });

  it('reads it from the environment, under the names of the Terraform provider', async () => {
    const { asp } = await openWithKey('PS256');
    const options = inEnvironment(pem(RSA, 'pkcs1'), { AUTH0_CLIENT_ASSERTION_SIGNING_ALG: 'PS256' });
    const { code, stderr } = await asp([...LIST, '--verbose'], options);
    expect(code).toBe(0);
    expect(stderr).toMatch(/clientPrivateKey\s+\(hidden\)/);
  });

  it('creates, lists and deletes app specific passwords without any shared secret', async () => {
    const { asp, write } = await openWithKey();
    write('client.pem', pem(RSA));
    const options = { environment: { ...WITHOUT_SECRET.environment, AUTH0_CLIENT_KEY_FILE: 'client.pem' } };
    const create = ['create', '--user', USER, '--label', 'backup', '--scope', 'read:foo', '--json'];
    const created = await asp(create, options);
    expect(created.code).toBe(0);
    const { id } = JSON.parse(created.stdout);
    expect((await asp(LIST, options)).stdout).toContain(id);
    expect(await asp(['delete', id, '--user', USER, '--yes'], options)).toMatchObject({ code: 0 });
    expect(await asp(['setup', '--key', 'key.json'], options)).toMatchObject({ code: 0 });
    expect(await asp(['keys', '--key', 'key.json'], options)).toMatchObject({ code: 0 });
    expect(await asp(['teardown'], options)).toMatchObject({ code: 0 });
  });

  it('uses the key or the secret of the source that comes first', async () => {
    const { asp, write } = await openWithKey();
    write('client.pem', pem(RSA));
    // The environment holds a secret, which this client may not use.
    expect(await asp([...LIST, '--client-key', 'client.pem'])).toMatchObject({ code: 0 });
    expect(await asp(LIST)).toMatchObject({ code: 1, stderr: expect.stringContaining('401 invalid_client') });
    write('.env', `AUTH0_CLIENT_SECRET=${MANAGEMENT_CLIENT.clientSecret}\n`);
    expect(await asp(LIST, inEnvironment(pem(RSA)))).toMatchObject({ code: 0 });
  });

  it.each<[string, string, AspOptions, RegExp]>([
    ['another key', pem(OTHER_RSA), {}, /got 401 invalid_client, .*public half of the "privateKey".*RS256/],
    [
      'a name that is not the one of the tenant',
      keySecret(clientId, RSA, { kid: 'our own' }),
      {},
      /401 invalid_client.*a "kid" only if it is the one that it shows/,
    ],
    [
      'another algorithm',
      pem(RSA),
      { environment: { AUTH0_CLIENT_ASSERTION_SIGNING_ALG: 'RS384' } },
      /401 invalid_client.*algorithm RS384.*Auth0 accepts RS256, RS384 and PS256/,
    ],
    [
      'an EC key, which Auth0 does not accept',
      pem(P256),
      {},
      /401 invalid_client.*algorithm ES256.*Auth0 accepts RS256/,
    ],
    ['a clock that is wrong', pem(RSA), { ports: { clock: () => Date.parse('2026-11-22T11:00:00Z') } }, /clock/],
  ])('reports what to check if the tenant refuses %s', async (_, text, options, message) => {
    const { asp, write } = await openWithKey();
    write('client.pem', text);
    const { code, stdout, stderr } = await asp([...LIST, '--client-key', 'client.pem'], options);
    expect(stderr).toMatch(message);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  });

  it.each<[string, string]>([
    ['nothing', ''],
    ['a public key', publicPem(RSA)],
    ['half of a key', pem(RSA).slice(0, 700)],
    ['a secret without a key', JSON.stringify(MANAGEMENT_CLIENT)],
  ])('reports that the file holds %s, without repeating it or sending anything', async (_, text) => {
    const { asp, write, tenant } = await openWithKey();
    write('client.pem', text);
    const { code, stderr } = await asp([...LIST, '--client-key', 'client.pem'], WITHOUT_SECRET);
    expect(stderr).toMatch(
      /^The "privateKey" in the file client\.pem is not usable\. Expected an RSA key .*openssl genrsa/,
    );
    expect(code).toBe(1);
    expect(tenant.requests).toEqual([]);
  });

  it('reports that the file is missing, or that the setting is a key instead of a file name', async () => {
    const { asp } = await openWithKey();
    expect(await asp([...LIST, '--client-key', 'nowhere.pem'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('The file that the setting "clientKey" names cannot be read: ENOENT'),
    });
    const pasted = await asp([...LIST, `--client-key=${pem(RSA)}`, '--verbose']);
    expect(pasted).toMatchObject({ code: 2, stderr: expect.stringContaining('not the key itself') });
  });

  it.each([
    ['PEM on one line', pem(RSA).replaceAll('\n', String.raw`\n`)],
    ['the DER form of an RSA key', pem(RSA).replace(/-----[^-]+-----|\n/g, '')],
    ['PEM as base64', Buffer.from(pem(RSA)).toString('base64')],
    ['the DER form as hex', Buffer.from(pem(P256).replace(/-----[^-]+-----|\n/g, ''), 'base64').toString('hex')],
    ['the DER form in quotes', `"${pem(RSA).replace(/-----[^-]+-----|\n/g, '')}"`],
    ['the DER form of an elliptic curve key', pem(P256).replace(/-----[^-]+-----|\n/g, '')],
  ])('does not repeat a key that was given instead of the name of its file: %s', async (_, key) => {
    const { asp } = await openReadyTenant();
    const { code, stdout, stderr } = await asp([...LIST, '--verbose', '--client-id', clientId], {
      environment: { AUTH0_CLIENT_KEY_FILE: key },
    });
    expect(code).toBe(2);
    expect(stderr).toContain('Expected the name of the file that holds the private key, not the key itself.');
    for (const part of key.match(/.{20}/g) ?? []) expect(stdout + stderr).not.toContain(part);
  });

  it('refuses the key itself as an option, and names the option for its file', async () => {
    const { asp } = await openWithKey();
    expect(await asp([...LIST, '--private-key', pem(RSA)])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/no option --private-key\. Secrets do not belong on a command line.*--client-key/),
    });
  });

  it('names the file with a key as another way if there is no secret', async () => {
    const { asp } = await openWithKey();
    expect(await asp(LIST, WITHOUT_SECRET)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(
        /secret of the management client is missing.*--client-key or AUTH0_CLIENT_KEY_FILE/,
      ),
    });
    expect(await asp(LIST, { ...WITHOUT_SECRET, answers: [CTRL_C] })).toMatchObject({ code: 130 });
  });
});

describe('asp doctor with the key of the management client', () => {
  async function doctorWith(key: typeof RSA) {
    const chain = await openChain();
    registerClientKey(chain.local.tenant, clientId, publicPem(RSA));
    for (const part of secretParts(key)) chain.secrets.add(part);
    chain.write('client.pem', pem(key));
    const { code, stdout } = await chain.doctor(['--client-key', 'client.pem', '--json']);
    const checks: readonly Readonly<Record<string, string>>[] = JSON.parse(stdout).checks;
    return { code, check: (id: string) => checks.find((check) => check.id === id) };
  }

  it('checks every link without a shared secret', async () => {
    const { code, check } = await doctorWith(RSA);
    expect(check('management-client')).toMatchObject({ state: 'passed', detail: clientId });
    expect(check('forwarded-ip')).toMatchObject({ state: 'passed' });
    expect(code).toBe(0);
  });

  it('says what to check if the tenant refuses the key', async () => {
    const { code, check } = await doctorWith(OTHER_RSA);
    expect(check('management-client')).toMatchObject({
      state: 'failed',
      detail: expect.stringMatching(/401 invalid_client.*public half of the "privateKey"/),
    });
    expect(check('resource-server')).toMatchObject({ state: 'skipped' });
    expect(code).toBe(1);
  });
});
