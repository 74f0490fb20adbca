import 'reflect-metadata';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { X509CertificateGenerator } from '@peculiar/x509';
import { exportJWK } from 'jose';
import { expect, it, onTestFinished } from 'vitest';
import type { Tenant } from '../../../local/tenant/server.ts';
import { assertion, introspection, manage, newKey, postJson } from '../../support/tenant/requests.ts';
import { type Clock, DEMO_API, open } from '../../support/tenant/tenant.ts';

const key = newKey();
const other = newKey();

/** Creates a certificate with the demo API's own public key. */
async function certificate(): Promise<string> {
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
  const privateKey = await crypto.subtle.importKey(
    'pkcs8',
    new Uint8Array(key.privateKey.export({ type: 'pkcs8', format: 'der' })),
    algorithm,
    true,
    ['sign'],
  );
  const publicKey = await crypto.subtle.importKey(
    'spki',
    new Uint8Array(key.publicKey.export({ type: 'spki', format: 'der' })),
    algorithm,
    true,
    ['verify'],
  );
  const generated = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=demo',
    keys: { privateKey, publicKey },
    signingAlgorithm: algorithm,
  });
  return generated.toString('pem');
}

async function jwk(kid?: string) {
  return { ...(await exportJWK(key.publicKey)), use: 'sig', alg: 'RS256', ...(kid && { kid }) };
}

function register(tenant: Tenant, properties: Record<string, unknown>) {
  return manage(tenant, 'PATCH', `resource-servers/${encodeURIComponent(DEMO_API)}`, properties);
}

async function statusOf(tenant: Tenant, clock: Clock, kid?: string): Promise<number> {
  const header = kid === undefined ? {} : { kid };
  const signed = await assertion(tenant, key.privateKey, clock, { header });
  return (await postJson(tenant, '/oauth/introspect', introspection('whatever', signed))).status;
}

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => server.closeAllConnections());
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

it.each([
  ['a JWK as JSON text', async () => ({ verificationKey: JSON.stringify(await jwk()) })],
  ['a JWK as an object', async () => ({ verificationKey: await jwk() })],
  ['a PEM certificate', async () => ({ verificationKey: await certificate() })],
  ['a PEM public key', async () => ({ verificationKey: key.pem })],
  ['a list with a PEM certificate', async () => ({ verificationKeys: [{ kid: 'k', pem: await certificate() }] })],
  [
    'a list with several keys',
    async () => ({
      verificationKeys: [
        { kid: 'j', pem: other.pem },
        { kid: 'k', pem: key.pem },
      ],
    }),
  ],
])('a key on the record verifies an assertion if it is %s', async (_name, properties) => {
  const { tenant, clock } = await open();
  expect(await register(tenant, await properties())).toMatchObject({ status: 200 });
  expect(await statusOf(tenant, clock, 'k')).toBe(200);
});

it('a JWK with a kid matches that kid only', async () => {
  const { tenant, clock } = await open();
  await register(tenant, { verificationKey: JSON.stringify(await jwk('k')) });
  expect(await statusOf(tenant, clock, 'k')).toBe(200);
  expect(await statusOf(tenant, clock, 'j')).toBe(401);
});

it('a key set is fetched from the location on the record', async () => {
  const { tenant, clock } = await open();
  const origin = await serve(async (_, response) => response.end(JSON.stringify({ keys: [await jwk('k')] })));
  await register(tenant, { verificationLocation: `${origin}/keys.json` });
  expect(await statusOf(tenant, clock, 'k')).toBe(200);
  expect(await statusOf(tenant, clock, 'j')).toBe(401);
});

it('the well-known path of the identifier’s origin is fetched if the record has no key', async () => {
  const { tenant, clock } = await open();
  const fetched: string[] = [];
  const origin = await serve(async (request, response) => {
    fetched.push(request.url ?? '');
    response.end(JSON.stringify({ keys: [await jwk('k')] }));
  });
  tenant.origins.set(DEMO_API, origin);
  expect(await statusOf(tenant, clock, 'k')).toBe(200);
  expect(fetched).toStrictEqual(['/.well-known/jwks.json']);
});

it('an origin that is not on this machine is never contacted', async () => {
  const { tenant, clock } = await open();
  expect(await statusOf(tenant, clock, 'k')).toBe(401);
});

it.each<[string, RequestListener]>([
  ['a redirect', (_, response) => response.writeHead(302, { location: '/elsewhere' }).end()],
  ['an error status', (_, response) => response.writeHead(500).end()],
  ['text that is not JSON', (_, response) => response.end('<html>')],
  ['no keys', (_, response) => response.end('{"keys":{}}')],
  ['more than 100 KB', (_, response) => response.end(JSON.stringify({ keys: [], padding: 'x'.repeat(100_000) }))],
  ['a broken connection', (request) => request.socket.destroy()],
])('an assertion is refused if the location serves %s', async (_name, listener) => {
  const { tenant, clock } = await open();
  await register(tenant, { verificationLocation: `${await serve(listener)}/keys.json` });
  expect(await statusOf(tenant, clock, 'k')).toBe(401);
});

it('a fetched key set is cached for keyCacheSeconds', async () => {
  const { tenant, clock } = await open({}, { keyCacheSeconds: 300 });
  let fetches = 0;
  const origin = await serve(async (_, response) => {
    fetches += 1;
    response.end(JSON.stringify({ keys: [await jwk('k')] }));
  });
  await register(tenant, { verificationLocation: `${origin}/keys.json` });
  await statusOf(tenant, clock, 'k');
  clock.ms += 299_999;
  await statusOf(tenant, clock, 'k');
  expect(fetches).toBe(1);
  clock.ms += 1;
  await statusOf(tenant, clock, 'k');
  expect(fetches).toBe(2);
});
