import { beforeEach, describe, expect, it } from 'vitest';
import type { KeyDelivery, KeyFormat } from '../../../src/core/key-delivery.ts';
import type { ManagementOptions } from '../../../src/management/management-connection.ts';
import type { ResourceServerRecord } from '../../../src/setup/resource-server/resource-server-record.ts';
import { setUpResourceServer } from '../../../src/setup/resource-server/set-up-resource-server.ts';
import { tearDownResourceServer } from '../../../src/setup/resource-server/tear-down-resource-server.ts';
import { wantedKeyProperties } from '../../../src/setup/resource-server/wanted-key-properties.ts';
import type { PrivateSigningJwk } from '../../../src/signing-key/signing-key.ts';
import { expectError } from '../../support/setup/expect-error.ts';
import { connect, newKey } from '../../support/setup/harness.ts';
import { MemoryStore } from '../../support/setup/ports.ts';
import { DEMO_API, MANAGEMENT_CLIENT, open, shareTenant, writesTo } from '../../support/tenant/tenant.ts';

const [current, pending] = await Promise.all([newKey(), newKey()]);
const { tenant } = await shareTenant();
let records: MemoryStore<ResourceServerRecord>;

beforeEach(() => {
  records = new MemoryStore();
});

interface Delivery {
  readonly keyDelivery?: KeyDelivery;
  readonly keyFormat?: KeyFormat;
  readonly keys?: readonly [PrivateSigningJwk, ...PrivateSigningJwk[]];
  readonly identifier?: string;
  readonly create?: { readonly name: string; readonly scopes: readonly string[] };
}

const setUp = (
  { keyDelivery = 'verificationKey', keyFormat = 'certificate', keys = [current], ...more }: Delivery = {},
  options: Partial<ManagementOptions> = {},
) =>
  setUpResourceServer({
    resourceServers: connect(tenant, options).resourceServers,
    records,
    identifier: DEMO_API,
    wanted: wantedKeyProperties({ keyDelivery, keyFormat, keys, jwksUrl: 'https://keys.example/jwks.json' }),
    ...more,
  });
const tearDown = (removeCreated = false) =>
  tearDownResourceServer({ resourceServers: connect(tenant).resourceServers, records, removeCreated });

const apiOf = (identifier: string) =>
  [...tenant.state.resourceServers.values()].find((api) => api.identifier === identifier);
const edit = (properties: object) => {
  const api = apiOf(DEMO_API);
  if (api) tenant.state.resourceServers.set(api.id, { ...api, ...properties });
};

const DELIVERIES: readonly Delivery[] = [
  { keyDelivery: 'verificationKey', keyFormat: 'certificate' },
  { keyDelivery: 'verificationKey', keyFormat: 'jwk' },
  { keyDelivery: 'verificationKeys', keyFormat: 'certificate' },
  { keyDelivery: 'verificationKeys', keyFormat: 'jwk' },
  { keyDelivery: 'verificationLocation', keyFormat: 'certificate' },
  { keyDelivery: 'wellKnown', keyFormat: 'certificate' },
];

describe.each(DELIVERIES)('a key delivered as $keyDelivery $keyFormat', (delivery) => {
  it('is written by the set-up, and the teardown restores the tenant to the byte', async () => {
    const before = tenant.snapshot();
    const { changed } = await setUp(delivery);
    expect(changed).toBe(delivery.keyDelivery !== 'wellKnown');
    expect(tenant.snapshot() !== before).toBe(changed);
    await tearDown();
    expect(tenant.snapshot()).toBe(before);
  });

  it('is not written a second time', async () => {
    await setUp(delivery);
    const writes = writesTo(tenant).length;
    expect(await setUp(delivery)).toEqual({ changed: false, warnings: [] });
    expect(writesTo(tenant)).toHaveLength(writes);
  });

  it.each(DELIVERIES)(
    'is replaced by $keyDelivery $keyFormat without a stale property, and the teardown restores the tenant',
    async (next) => {
      const before = tenant.snapshot();
      await setUp(delivery);
      await setUp(next);
      const held = Object.keys(apiOf(DEMO_API) ?? {}).filter((name) => name.startsWith('verification'));
      expect(held).toEqual(next.keyDelivery === 'wellKnown' ? [] : [next.keyDelivery]);
      await tearDown();
      expect(JSON.parse(tenant.snapshot())).toEqual(JSON.parse(before));
    },
  );
});

describe("somebody else's key properties", () => {
  it.each([
    ['verificationKey', (jwk: PrivateSigningJwk) => ({ kty: 'RSA', n: jwk.n, e: jwk.e })],
    ['verificationKeys', () => []],
    ['verificationLocation', () => 'https://theirs.example/jwks.json'],
  ] as const)('restores the earlier value of %s to the byte', async (keyDelivery, theirs) => {
    edit({ [keyDelivery]: theirs(pending) });
    const before = tenant.snapshot();
    await setUp({ keyDelivery });
    expect(tenant.snapshot()).not.toBe(before);
    await tearDown();
    expect(tenant.snapshot()).toBe(before);
  });

  it('keeps a value that somebody wrote over ours', async () => {
    await setUp();
    edit({ verificationKey: JSON.stringify({ kty: 'RSA', n: pending.n, e: pending.e }) });
    const before = tenant.snapshot();
    expect(await tearDown()).toEqual({ changed: false, warnings: [] });
    expect(tenant.snapshot()).toBe(before);
  });
});

it('a list of keys holds both keys until a rotation is finished, and the teardown restores the tenant to the byte', async () => {
  const before = tenant.snapshot();
  const kids = () => JSON.stringify(apiOf(DEMO_API)?.verificationKeys).match(/"kid":"[^"]+"/g);
  await setUp({ keyDelivery: 'verificationKeys' });
  await setUp({ keyDelivery: 'verificationKeys', keys: [current, pending] });
  expect(kids()).toEqual([`"kid":"${current.kid}"`, `"kid":"${pending.kid}"`]);
  await setUp({ keyDelivery: 'verificationKeys', keys: [pending] });
  expect(kids()).toEqual([`"kid":"${pending.kid}"`]);
  await tearDown();
  expect(tenant.snapshot()).toBe(before);
});

it('the set-up changes only the right one of two resource servers that differ only in a slash', async () => {
  const near = JSON.stringify(apiOf('https://demo.api/'));
  // A proxy that decodes the path hides the identifier from the tenant, so the set-up must search the pages.
  tenant.faults.add({ kind: 'status', status: 404, path: '/api/v2/resource-servers/https', method: 'GET' });
  await setUp();
  expect(apiOf(DEMO_API)).toHaveProperty('verificationKey');
  expect(JSON.stringify(apiOf('https://demo.api/'))).toBe(near);
});

it('the set-up refuses an unknown identifier, names the nearest ones, and writes nothing', async () => {
  await expectError(
    setUp({ identifier: 'https://Demo.api' }),
    'resource_server_not_found',
    /"https:\/\/Demo.api"; the nearest it has: "https:\/\/demo.api", "https:\/\/demo.api\/"\. .*final slash included/,
  );
  expect(writesTo(tenant)).toEqual([]);
});

describe('a resource server that the set-up created', () => {
  const made: Delivery = { identifier: 'https://new.api', create: { name: 'New API', scopes: ['read:foo'] } };

  it('holds its scopes and our key, and is removed without a trace on request', async () => {
    const before = tenant.snapshot();
    await setUp(made);
    expect(apiOf('https://new.api')).toMatchObject({ name: 'New API', scopes: [{ value: 'read:foo' }] });
    expect(apiOf('https://new.api')).toHaveProperty('verificationKey');
    await tearDown(true);
    expect(tenant.snapshot()).toBe(before);
  });

  it('stays without our key if its removal was not requested', async () => {
    await setUp(made);
    await tearDown();
    expect(apiOf('https://new.api')).not.toHaveProperty('verificationKey');
  });

  it('is created only once, even if the connection breaks before the response', async () => {
    const before = tenant.snapshot();
    tenant.faults.add({ kind: 'dieAfter', method: 'POST', path: '/api/v2/resource-servers', times: 1 });
    await expectError(setUp(made), 'management_unavailable', /POST \/api\/v2\/resource-servers/);
    await setUp(made);
    await tearDown(true);
    expect(tenant.snapshot()).toBe(before);
  });
});

describe('the set-up at a failing tenant', () => {
  it('changes nothing if the tenant does not know the property, and the error names the fix', async () => {
    const before = tenant.snapshot();
    tenant.behaviour.refusedProperties = ['verificationKey'];
    await expectError(
      setUp(),
      'property_refused',
      /"verificationKey": the tenant does not know this property.*another keyDelivery/,
    );
    await tearDown();
    expect(tenant.snapshot()).toBe(before);
  });

  it('warns that our key remains if the tenant ignores null', async () => {
    await setUp();
    tenant.behaviour.keepsNulledProperties = true;
    const { warnings } = await tearDown();
    expect(warnings.map(({ code }) => code)).toEqual(['property_kept']);
  });

  it('reports what to do if the tenant refuses the client', async () => {
    const error = await expectError(
      setUp({}, { client: { clientId: MANAGEMENT_CLIENT.clientId, clientSecret: 'wrong-canary' } }),
      'management_client_refused',
      /client secret/,
    );
    expect(error.message).not.toContain('wrong-canary');
    const stranger = { client: { clientId: 'local-operator-client', clientSecret: 'local-operator-secret' } };
    await expectError(setUp({}, stranger), 'management_client_refused', /got 403 access_denied.*Authorize the client/);
    const passwordClient = { client: { clientId: 'local-native-client', clientSecret: '' } };
    await expectError(setUp({}, passwordClient), 'management_client_refused', /"local-native-client"/);
  });

  it('names the scope that the client lacks', async () => {
    const grant = tenant.state.clientGrants.get('cgr_managementsetup');
    if (grant) tenant.state.clientGrants.set(grant.id, { ...grant, scope: ['read:resource_servers'] });
    await expectError(
      setUp(),
      'management_scope_missing',
      /"local-management-client".*expected update:resource_servers/,
    );
  });

  it.each([
    ['is down', { kind: 'status', status: 503 }, 'management_unavailable', /status 503/],
    ['breaks connections', { kind: 'reset' }, 'management_unavailable', /ECONNRESET|UND_ERR_SOCKET|broken connection/],
    ['never responds', { kind: 'hang' }, 'management_unavailable', /no response within 40 ms/],
    ['responds with garbage', { kind: 'garbage' }, 'management_malformed', /not JSON/],
    ['sends an endless response', { kind: 'huge' }, 'management_malformed', /more than 4000000 bytes/],
    [
      'redirects',
      { kind: 'redirect', location: 'https://elsewhere.example/' },
      'management_malformed',
      /redirect \(302\)/,
    ],
    [
      'limits the rate for a long time',
      { kind: 'status', status: 429, retryAfterSeconds: 99 },
      'management_throttled',
      /wait 99 s/,
    ],
  ] as const)('fails with its own error and changes nothing if the tenant %s', async (_name, fault, code, message) => {
    const before = tenant.snapshot();
    tenant.faults.add({ ...fault, path: '/api/v2/' });
    const error = await expectError(setUp({}, { attemptTimeoutMs: fault.kind === 'hang' ? 40 : 5000 }), code, message);
    expect(`${error.message} ${error.stack}`).not.toContain(MANAGEMENT_CLIENT.clientSecret);
    tenant.faults.clear();
    expect(tenant.snapshot()).toBe(before);
  });

  it('waits exactly as long as a rate limit requires', async () => {
    let nowMs = Date.now();
    const { tenant: limited } = await open({}, { now: () => nowMs });
    limited.rateLimits.set('management', { limit: 2, windowSeconds: 5 });
    const sleep = async (milliseconds: number) => {
      nowMs += milliseconds;
    };
    const { resourceServers } = connect(limited, { clock: () => nowMs, sleep });
    const wanted = wantedKeyProperties({ keyDelivery: 'verificationKey', keyFormat: 'jwk', keys: [current] });
    await setUpResourceServer({ resourceServers, records, identifier: DEMO_API, wanted });
    expect(limited.requests.map(({ method, status }) => `${method} ${status}`)).toEqual([
      'POST 200',
      'GET 200',
      'PATCH 200',
      'GET 429',
      'GET 200',
    ]);
  });

  it.each([[1], [4]])(
    'continues in the next run if the tenant breaks %i connections after a change, and a teardown restores it to the byte',
    async (times) => {
      const before = tenant.snapshot();
      tenant.faults.add({ kind: 'dieAfter', method: 'PATCH', path: '/api/v2/resource-servers/', times });
      await setUp().catch(() => {});
      await setUp();
      expect(apiOf(DEMO_API)).toHaveProperty('verificationKey');
      await tearDown();
      expect(tenant.snapshot()).toBe(before);
    },
  );
});
