import { createPublicKey, X509Certificate } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { writePublicKeys } from '../../../src/signing-key/public-key-document.ts';
import { Life } from '../../support/setup/aws-in-memory.ts';
import { newKey } from '../../support/setup/harness.ts';
import {
  CLIENT_GRANT,
  MANAGEMENT_SECRET_ID,
  NO_RECORDS,
  OTHER_MANAGEMENT_SECRET_ID,
  PASSWORD_SECRET_ID,
  RESOURCE_SERVER,
  World,
} from '../../support/setup/world.ts';
import { DEMO_API, MANAGEMENT_CLIENT, shareTenant, writesTo } from '../../support/tenant/tenant.ts';

const key = await newKey();
const { tenant, reset } = await shareTenant();
const before = tenant.snapshot();
const NEAR_MISS = 'https://demo.api/';
const TYPES = [RESOURCE_SERVER, CLIENT_GRANT] as const;
const ASP_SCOPES = [
  'read:user_application_passwords',
  'create:user_application_passwords',
  'delete:user_application_passwords',
];

let world: World;

beforeEach(() => {
  world = new World(tenant, key);
});

function resourceServer(identifier = DEMO_API) {
  return [...tenant.state.resourceServers.values()].find((api) => api.identifier === identifier);
}

function grant() {
  return tenant.state.clientGrants.get('cgr_managementsetup');
}

describe('a Create', () => {
  it('puts the public key whose private half is in the secret on the resource server', async () => {
    expect(await world.put(RESOURCE_SERVER)).toMatchObject({ status: 'SUCCESS', attributes: { Warnings: 'none' } });
    const certificate = new X509Certificate(String(resourceServer()?.verificationKey));
    const own = createPublicKey({ key: { kty: key.kty, n: key.n, e: key.e }, format: 'jwk' });
    expect(certificate.publicKey.equals(own)).toBe(true);
  });

  it("puts the scopes beside those that the client's grant has", async () => {
    const scopesBefore = grant()?.scope ?? [];
    expect(await world.put(CLIENT_GRANT)).toMatchObject({ status: 'SUCCESS' });
    expect(grant()?.scope).toEqual([...scopesBefore, ...ASP_SCOPES]);
  });

  it.each(TYPES)('of %s returns the same id every time, and writes nothing the second time', async (type) => {
    const first = await world.put(type);
    const writes = writesTo(tenant);
    const second = await world.put(type);
    expect(second).toEqual(first);
    expect(writesTo(tenant)).toEqual(writes);
  });

  it('makes a resource server with its scopes where the tenant has none, and keeps it afterwards', async () => {
    const changes = { Audience: 'https://new.api', CreateResourceServer: 'true', Scopes: ['read:foo'] };
    const made = await world.put(RESOURCE_SERVER, changes);
    expect(resourceServer('https://new.api')).toMatchObject({ scopes: [{ value: 'read:foo' }] });
    await world.remove(RESOURCE_SERVER, made?.physicalId ?? '', changes);
    expect(resourceServer('https://new.api')).not.toHaveProperty('verificationKey');
  });

  it('deletes what it created if RemoveCreated is set', async () => {
    const changes = { Audience: 'https://new.api', CreateResourceServer: 'true', RemoveCreated: 'true' };
    const made = await world.put(RESOURCE_SERVER, changes);
    await world.remove(RESOURCE_SERVER, made?.physicalId ?? '', changes);
    expect(tenant.snapshot()).toBe(before);
  });
});

describe('a Delete', () => {
  it.each(TYPES)('of %s leaves the tenant as it was, byte for byte, and nothing in the record', async (type) => {
    const made = await world.put(type);
    expect(tenant.snapshot()).not.toBe(before);
    expect(await world.remove(type, made?.physicalId ?? '')).toMatchObject({ status: 'SUCCESS' });
    expect(tenant.snapshot()).toBe(before);
    expect(world.recordsOf(type)).toBe(NO_RECORDS);
  });

  it.each(TYPES)('of %s accepts that the thing is gone', async (type) => {
    const made = await world.put(type);
    tenant.state.resourceServers.delete(resourceServer()?.id ?? '');
    tenant.state.clientGrants.delete('cgr_managementsetup');
    tenant.state.clientGrants.set('cgr_rights', { ...grantForDeleting(), id: 'cgr_rights' });
    expect(await world.remove(type, made?.physicalId ?? '')).toMatchObject({ status: 'SUCCESS' });
  });

  it("leaves somebody else's key where it is", async () => {
    const made = await world.put(RESOURCE_SERVER);
    const api = resourceServer();
    if (!api) throw new Error('The seed has no demo API.');
    tenant.state.resourceServers.set(api.id, { ...api, verificationKey: 'THEIRS' });
    expect(await world.remove(RESOURCE_SERVER, made?.physicalId ?? '')).toMatchObject({ status: 'SUCCESS' });
    expect(resourceServer()?.verificationKey).toBe('THEIRS');
  });

  it('of what was never made, or is gone already, asks neither secret nor tenant', async () => {
    world.secrets.values.clear();
    expect(await world.remove(RESOURCE_SERVER, 'some-id')).toMatchObject({ status: 'SUCCESS' });
    expect(await world.remove(RESOURCE_SERVER, 'never-made', { Audience: '' })).toMatchObject({ status: 'SUCCESS' });
    expect(tenant.requests).toEqual([]);
  });
});

/** The grant as the seed has it, under which the management client can still do its work. */
function grantForDeleting() {
  const scope = ['read:client_grants', 'read:resource_servers', 'update:client_grants', 'update:resource_servers'];
  return { client_id: 'local-management-client', audience: `${tenant.issuer}api/v2/`, scope };
}

describe('a replacement', () => {
  it('by another audience sets the new one up, then restores the old one', async () => {
    const old = await world.put(RESOURCE_SERVER);
    const next = await world.put(
      RESOURCE_SERVER,
      { Audience: NEAR_MISS },
      { physicalId: old?.physicalId ?? '', oldProperties: world.properties(RESOURCE_SERVER) },
    );
    expect(next?.physicalId).not.toBe(old?.physicalId);
    expect(resourceServer(NEAR_MISS)).toHaveProperty('verificationKey');
    await world.remove(RESOURCE_SERVER, old?.physicalId ?? '');
    expect(resourceServer()).not.toHaveProperty('verificationKey');
    await world.remove(RESOURCE_SERVER, next?.physicalId ?? '', { Audience: NEAR_MISS });
    expect(tenant.snapshot()).toBe(before);
  });

  it.each(TYPES)('of %s by another management client keeps what both halves stand for', async (type) => {
    const old = await world.put(type);
    const changes = { ManagementSecretId: OTHER_MANAGEMENT_SECRET_ID };
    const next = await world.put(type, changes);
    const during = tenant.snapshot();
    await world.remove(type, old?.physicalId ?? '');
    expect(tenant.snapshot()).toBe(during);
    await world.remove(type, next?.physicalId ?? '', changes);
    expect(tenant.snapshot()).toBe(before);
    expect(world.recordsOf(type)).toBe(NO_RECORDS);
  });

  it('that fails keeps the old id, and is taken away when CloudFormation goes back', async () => {
    const old = await world.put(RESOURCE_SERVER);
    const during = tenant.snapshot();
    const records = world.recordsOf(RESOURCE_SERVER);
    const physicalId = old?.physicalId ?? '';
    const [was, wanted] = [
      world.properties(RESOURCE_SERVER),
      world.properties(RESOURCE_SERVER, { Audience: NEAR_MISS }),
    ];
    // The key is written, and not there when it is read back.
    tenant.faults.add({ kind: 'edit', remove: ['verificationKey'], method: 'GET' });
    const response = await world.put(RESOURCE_SERVER, { Audience: NEAR_MISS }, { physicalId, oldProperties: was });
    expect(response).toMatchObject({ status: 'FAILED', physicalId });
    tenant.faults.clear();
    expect(resourceServer(NEAR_MISS)).toHaveProperty('verificationKey');
    await world.put(RESOURCE_SERVER, {}, { physicalId, oldProperties: wanted });
    expect(tenant.snapshot()).toBe(during);
    expect(world.recordsOf(RESOURCE_SERVER)).toBe(records);
  });

  it('that CloudFormation goes back from leaves the old one in force, even if the way back fails', async () => {
    const old = await world.put(RESOURCE_SERVER);
    const during = tenant.snapshot();
    const [was, wanted] = [
      world.properties(RESOURCE_SERVER),
      world.properties(RESOURCE_SERVER, { Audience: NEAR_MISS }),
    ];
    const forth = { physicalId: old?.physicalId ?? '', oldProperties: was };
    const next = await world.put(RESOURCE_SERVER, { Audience: NEAR_MISS }, forth);
    const back = { physicalId: next?.physicalId ?? '', oldProperties: wanted };
    tenant.faults.add({ kind: 'status', status: 500, path: '/oauth/token', times: 4 });
    expect(await world.put(RESOURCE_SERVER, {}, back)).toMatchObject({ status: 'FAILED' });
    expect(resourceServer()).toHaveProperty('verificationKey');
    tenant.faults.clear();
    expect(await world.put(RESOURCE_SERVER, {}, back)).toMatchObject({ physicalId: old?.physicalId });
    await world.remove(RESOURCE_SERVER, next?.physicalId ?? '', { Audience: NEAR_MISS });
    expect(tenant.snapshot()).toBe(during);
  });

  it('that CloudFormation got no response for is removed in the rollback', async () => {
    const old = await world.put(RESOURCE_SERVER);
    const during = tenant.snapshot();
    const physicalId = old?.physicalId ?? '';
    const records = world.recordsOf(RESOURCE_SERVER);
    const [was, wanted] = [
      world.properties(RESOURCE_SERVER),
      world.properties(RESOURCE_SERVER, { Audience: NEAR_MISS }),
    ];
    await world.put(RESOURCE_SERVER, { Audience: NEAR_MISS }, { physicalId, oldProperties: was });
    expect(await world.put(RESOURCE_SERVER, {}, { physicalId, oldProperties: wanted })).toMatchObject({ physicalId });
    expect(tenant.snapshot()).toBe(during);
    expect(world.recordsOf(RESOURCE_SERVER)).toBe(records);
  });

  it("of the management secret's client takes the scopes away from the earlier client", async () => {
    const made = await world.put(CLIENT_GRANT);
    world.putSecret(MANAGEMENT_SECRET_ID, { clientId: 'local-operator-client', clientSecret: 'local-operator-secret' });
    tenant.state.clientGrants.set('cgr_operator', {
      id: 'cgr_operator',
      client_id: 'local-operator-client',
      audience: `${tenant.issuer}api/v2/`,
      scope: grant()?.scope ?? [],
    });
    tenant.requestLog.clear();
    await world.put(CLIENT_GRANT, {}, { physicalId: made?.physicalId ?? '' });
    expect(grant()?.scope).not.toContain(ASP_SCOPES[0]);
    // One connection, whose deadline holds for all of it.
    expect(tenant.requestLog.find('POST', '/oauth/token')).toHaveLength(1);
  });
});

describe('a Create that the tenant refuses', () => {
  const refusals = {
    'wrong secret': {
      arrange: () => world.putSecret(MANAGEMENT_SECRET_ID, { ...MANAGEMENT_CLIENT, clientSecret: 'wrong' }),
      reason: /^The tenant refused the management client "local-management-client": got 401 .*current client secret/,
    },
    'missing scope': {
      arrange: () => {
        const own = grant();
        if (own)
          tenant.state.clientGrants.set(own.id, { ...own, scope: own.scope.filter((s) => !s.startsWith('update:')) });
      },
      reason: /lacks a scope for PATCH .*: expected update:(resource_servers|client_grants)\. Give it this scope/,
    },
    '500 at the write': {
      arrange: () => tenant.faults.add({ kind: 'status', status: 500, method: 'PATCH', path: '/api/v2/' }),
      reason: /PATCH .* to the tenant failed: got status 500.*run it again/,
    },
  };

  describe.each(Object.entries(refusals))('(%s)', (_name, { arrange, reason }) => {
    it.each(TYPES)('fails %s with the fix, and the tenant is as before', async (type) => {
      arrange();
      const snapshot = tenant.snapshot();
      const response = await world.put(type);
      expect(response).toMatchObject({ status: 'FAILED', reason: expect.stringMatching(reason) });
      expect(tenant.snapshot()).toBe(snapshot);
      expect(world.recordsOf(type)).toBe(NO_RECORDS);
      expect(await world.remove(type, response?.physicalId ?? '')).toMatchObject({ status: 'SUCCESS' });
    });
  });

  it.each(TYPES)('waits for %s as long as a rate limit asks, if there is time', async (type) => {
    tenant.faults.add({
      kind: 'status',
      status: 429,
      retryAfterSeconds: 2,
      method: 'PATCH',
      path: '/api/v2/',
      times: 2,
    });
    expect(await world.put(type)).toMatchObject({ status: 'SUCCESS' });
    expect(world.sleeps).toEqual([2000, 2000]);
  });

  it.each(TYPES)('fails %s at once if a rate limit asks for more than there is', async (type) => {
    tenant.faults.add({ kind: 'status', status: 429, retryAfterSeconds: 3600, method: 'PATCH', path: '/api/v2/' });
    const reason = expect.stringMatching(/with 429 and asked to wait 3600 s, which is longer than the time allowed/);
    expect(await world.put(type)).toMatchObject({ status: 'FAILED', reason });
    expect(world.sleeps).toEqual([]);
    expect(tenant.snapshot()).toBe(before);
  });

  it('says that the property is refused, and what else there is', async () => {
    tenant.behaviour.refusedProperties = ['verificationKey'];
    const reason = expect.stringMatching(/does not accept "verificationKey": .*choose another keyDelivery/);
    expect(await world.put(RESOURCE_SERVER)).toMatchObject({ status: 'FAILED', reason });
    expect(tenant.snapshot()).toBe(before);
  });

  it('shows the nearest names of resource servers', async () => {
    const reason = expect.stringMatching(
      /no resource server with the identifier "https:\/\/demo.apis"; .*"https:\/\/demo.api"/,
    );
    expect(await world.put(RESOURCE_SERVER, { Audience: 'https://demo.apis' })).toMatchObject({
      status: 'FAILED',
      reason,
    });
  });

  it('says that the secret holds no client', async () => {
    world.secrets.values.set(MANAGEMENT_SECRET_ID, 'SECRET-CANARY');
    const reason = expect.stringMatching(/^The secret auth0\/management does not exist or does not hold a client\./);
    expect(await world.put(CLIENT_GRANT)).toMatchObject({ status: 'FAILED', reason });
  });

  it('says that no key has been published', async () => {
    world.state.set('public-keys', '{"keys":[]}');
    const reason = expect.stringMatching(/^No public signing key has been published yet\./);
    expect(await world.put(RESOURCE_SERVER)).toMatchObject({ status: 'FAILED', reason });
  });
});

describe('a function that dies just before or after an outside call', () => {
  it.each(TYPES)(
    'and is run again: %s ends as if nothing had happened, and goes away without a trace',
    async (type) => {
      await forEachMoment(async (life) => {
        await world.put(type, {}, {}, life).catch(() => undefined);
        if (!life.isOver) return;
        const made = await world.put(type);
        expect(made).toMatchObject({ status: 'SUCCESS' });
        expect(tenant.snapshot()).not.toBe(before);
        await world.remove(type, made?.physicalId ?? '');
        expect({ moment: life.moments, tenant: tenant.snapshot() }).toEqual({ moment: life.moments, tenant: before });
        expect(world.recordsOf(type)).toBe(NO_RECORDS);
      });
    },
  );

  it.each(TYPES)('and is never run again: the Delete of %s undoes it, whatever id it comes with', async (type) => {
    await forEachMoment(async (life) => {
      await world.put(type, {}, {}, life).catch(() => undefined);
      if (!life.isOver) return;
      expect(await world.remove(type, 'made-up-by-cloudformation')).toMatchObject({ status: 'SUCCESS' });
      expect({ moment: life.moments, tenant: tenant.snapshot() }).toEqual({ moment: life.moments, tenant: before });
      expect(world.recordsOf(type)).toBe(NO_RECORDS);
    });
  });

  it.each(TYPES)('while it deletes %s: the next Delete ends it', async (type) => {
    await forEachMoment(async (life) => {
      const made = await world.put(type);
      const id = made?.physicalId ?? '';
      await world.remove(type, id, {}, life).catch(() => undefined);
      if (!life.isOver) return;
      expect(await world.remove(type, id)).toMatchObject({ status: 'SUCCESS' });
      expect({ moment: life.moments, tenant: tenant.snapshot() }).toEqual({ moment: life.moments, tenant: before });
      expect(world.recordsOf(type)).toBe(NO_RECORDS);
    });
  });
});

/** Runs it with a life of one moment, of two, and so on, until one is long enough. */
async function forEachMoment(run: (life: Life) => Promise<void>): Promise<void> {
  for (let length = 1; ; length += 1) {
    reset();
    world = new World(tenant, key);
    const life = new Life(length);
    await run(life);
    if (!life.isOver) break;
  }
}

describe('a key of this deployment that no record knows', () => {
  const replace = { ReplaceKey: 'true' };

  it.each(['verificationKey', 'verificationKeys'])(
    'by %s is not taken for somebody else’s: the deployment fails before it changes anything',
    async (KeyDelivery) => {
      await world.put(RESOURCE_SERVER, { KeyDelivery });
      const during = tenant.snapshot();
      const upgraded = new World(tenant, key);
      const reason = expect.stringMatching(
        /^The resource server's "verificationKeys?" already holds the key of this deployment, but there is no record .*Destroy the earlier deployment with the version that made it/,
      );
      expect(await upgraded.put(RESOURCE_SERVER, { KeyDelivery })).toMatchObject({ status: 'FAILED', reason });
      expect(tenant.snapshot()).toBe(during);
    },
  );

  it.each(['verificationKey', 'verificationKeys'])(
    'by %s counts as its own with ReplaceKey, and is gone after a change of the key and a tear-down',
    async (KeyDelivery) => {
      await world.put(RESOURCE_SERVER, { KeyDelivery });
      const upgraded = new World(tenant, key);
      const made = await upgraded.put(RESOURCE_SERVER, { KeyDelivery, ...replace });
      expect(made).toMatchObject({ status: 'SUCCESS' });
      const next = await newKey();
      upgraded.state.set('public-keys', writePublicKeys([next]));
      await upgraded.put(
        RESOURCE_SERVER,
        { KeyDelivery, ...replace, Scopes: ['read:foo'] },
        { physicalId: made?.physicalId ?? '' },
      );
      expect(JSON.stringify(resourceServer())).not.toContain(key.kid);
      await upgraded.remove(RESOURCE_SERVER, made?.physicalId ?? '', { KeyDelivery });
      expect(tenant.snapshot()).toBe(before);
    },
  );
});

describe('what would hurt later', () => {
  const warnings = async () => {
    const response = await world.put(CLIENT_GRANT, { PasswordGrantSecretId: PASSWORD_SECRET_ID });
    return response?.status === 'SUCCESS' ? response.attributes.Warnings : response?.reason;
  };

  it('is nothing in a tenant that is set up well', async () => {
    expect(await warnings()).toBe('none');
  });

  it('is an address that is not trusted, a grant type that is off, and no default directory', async () => {
    const [client, settings] = [tenant.state.clients.get('local-password-client'), tenant.state.settings];
    if (!client) throw new Error('The seed has no client for passwords.');
    tenant.state.clients.set(client.client_id, {
      ...client,
      grant_types: [],
      is_token_endpoint_ip_header_trusted: false,
    });
    tenant.state.settings = { ...settings, default_directory: '' };
    const text = await warnings();
    tenant.state.clients.set(client.client_id, client);
    tenant.state.settings = settings;
    expect(text).toMatch(/^\(1\) .*grant type password.*\(2\) .*auth0-forwarded-for.*\(3\) .*no default directory/);
  });

  it('is said to be unknown where the management client may not look', async () => {
    const own = grant();
    if (own) tenant.state.clientGrants.set(own.id, { ...own, scope: own.scope.filter((s) => s !== 'read:clients') });
    expect(await warnings()).toMatch(/^\(1\) Not checked: .*read:clients/);
  });
});

describe('a tenant that lacks something', () => {
  const warningsOf = async (type: (typeof TYPES)[number], changes = {}) => {
    const response = await world.put(type, changes);
    expect(response).toMatchObject({ status: 'SUCCESS' });
    return response?.status === 'SUCCESS' ? response.attributes.Warnings : undefined;
  };

  it('the feature: the deployment succeeds, and says what is missing, what works, and what to do', async () => {
    tenant.behaviour.hasApplicationPasswords = false;
    expect(await warningsOf(CLIENT_GRANT)).toMatch(
      /^\(1\) App specific passwords are not enabled for this tenant: its Management API does not offer read:user_application_passwords, .*work without it\. .*ask Auth0's support to enable them[^(]*$/,
    );
    expect(await warningsOf(RESOURCE_SERVER)).toMatch(
      /^\(1\) Introspection is not enabled: http:\S+oauth\/introspect responded with 404\..*JWTs, and Basic with a real password, work without it/,
    );
  });

  it('the scopes in its tokens, though the grant holds them', async () => {
    tenant.faults.add({ kind: 'edit', path: '/oauth/token', set: { scope: 'read:client_grants' } });
    expect(await warningsOf(CLIENT_GRANT)).toMatch(
      /^\(1\) App specific passwords are not enabled .* a token of the client "local-management-client" lacks read:user_application_passwords, .* though its grant covers them/,
    );
  });

  it('the scope in its token responses: the check is reported as not made', async () => {
    tenant.faults.add({ kind: 'edit', path: '/oauth/token', remove: ['scope'] });
    expect(await warningsOf(CLIENT_GRANT)).toMatch(/^\(1\) Not checked: the tenant does not say which scopes/);
  });

  it('the right to look at its own API', async () => {
    const own = grant();
    const scope = own?.scope.filter((value) => value !== 'read:resource_servers') ?? [];
    if (own) tenant.state.clientGrants.set(own.id, { ...own, scope });
    expect(await warningsOf(CLIENT_GRANT)).toMatch(
      /^\(1\) Not checked: whether app specific passwords are enabled for the tenant\. .* expected read:resource_servers/,
    );
  });

  it('a token of another client: that is not checked, the rest is', async () => {
    const changes = { GrantClientId: 'local-operator-client' };
    expect(await warningsOf(CLIENT_GRANT, changes)).toMatch(
      /^\(1\) Not checked: whether a token of the client "local-operator-client" has the scopes .*[^)]$/,
    );
    tenant.behaviour.hasApplicationPasswords = false;
    expect(await warningsOf(CLIENT_GRANT, changes)).toMatch(/^\(1\) App specific passwords are not enabled/);
  });

  it('a check of who asks', async () => {
    tenant.behaviour.checksAssertions = false;
    expect(await warningsOf(RESOURCE_SERVER)).toMatch(
      /^\(1\) http:\S+oauth\/introspect accepted an assertion signed by a throw-away key\. Expected 401 invalid_client\. The tenant does not authenticate its callers, or a proxy responds in its place/,
    );
  });

  it.each([
    ['responds with 503', { kind: 'status', status: 503 }, /The server responded with 503/],
    ['responds with garbage', { kind: 'garbage' }, /no boolean "active"/],
    ['breaks off', { kind: 'reset' }, /./],
  ] as const)('an introspection that can be asked: it %s', async (_what, fault, why) => {
    tenant.faults.add({ ...fault, path: '/oauth/introspect' });
    const text = await warningsOf(RESOURCE_SERVER);
    expect(text).toMatch(/^\(1\) Not checked: whether http:\S+oauth\/introspect authenticates its callers\. /);
    expect(text).toMatch(why);
  });

  it('introspection at the custom domain of its issuer: that endpoint is named', async () => {
    const issuer = tenant.issuer.replace('127.0.0.1', 'localhost');
    tenant.behaviour.hasApplicationPasswords = false;
    expect(await warningsOf(RESOURCE_SERVER, { Issuer: issuer })).toContain(
      `${issuer}oauth/introspect responded with 404`,
    );
  });
});

describe('two deployments for one audience', () => {
  const inOtherAccount = async () => new World(tenant, await newKey());

  it('cannot overwrite each other without ReplaceKey: the second fails, and is rolled back without a trace', async () => {
    await world.put(RESOURCE_SERVER);
    const during = tenant.snapshot();
    const other = await inOtherAccount();
    const response = await other.put(RESOURCE_SERVER);
    const reason = expect.stringMatching(new RegExp(`holds the key ${key.kid}, .*deploy once with -c replaceKey=true`));
    expect(response).toMatchObject({ status: 'FAILED', reason });
    expect(other.recordsOf(RESOURCE_SERVER)).toBe(NO_RECORDS);
    expect(await other.remove(RESOURCE_SERVER, response?.physicalId ?? '')).toMatchObject({ status: 'SUCCESS' });
    expect(tenant.snapshot()).toBe(during);
    expect(await other.put(RESOURCE_SERVER, { ReplaceKey: 'true' })).toMatchObject({ status: 'SUCCESS' });
    expect(tenant.snapshot()).not.toBe(during);
  });

  it('live side by side in a list, and the Delete of either leaves the key of the other', async () => {
    const changes = { KeyDelivery: 'verificationKeys' };
    const other = await inOtherAccount();
    const made = await world.put(RESOURCE_SERVER, changes);
    const alone = tenant.snapshot();
    const second = await other.put(RESOURCE_SERVER, changes);
    expect(second).toMatchObject({ attributes: { Warnings: 'none' } });
    expect(resourceServer()?.verificationKeys).toHaveLength(2);
    await other.remove(RESOURCE_SERVER, second?.physicalId ?? '', changes);
    expect(tenant.snapshot()).toBe(alone);
    const again = await other.put(RESOURCE_SERVER, changes);
    await world.remove(RESOURCE_SERVER, made?.physicalId ?? '', changes);
    expect(resourceServer()?.verificationKeys).toHaveLength(1);
    await other.remove(RESOURCE_SERVER, again?.physicalId ?? '', changes);
    expect(tenant.snapshot()).toBe(before);
  });
});

describe('nothing secret', () => {
  it('is in what is logged, sent or recorded', async () => {
    world.putSecret(MANAGEMENT_SECRET_ID, { ...MANAGEMENT_CLIENT, clientSecret: 'SECRET-CANARY' });
    const failed = await world.put(RESOURCE_SERVER, { PasswordGrantSecretId: PASSWORD_SECRET_ID });
    const made = await world.put(RESOURCE_SERVER, { ManagementSecretId: OTHER_MANAGEMENT_SECRET_ID });
    const all = JSON.stringify([failed, made, world.lines, [...world.state.items.values()]]);
    for (const secret of ['SECRET-CANARY', MANAGEMENT_CLIENT.clientSecret, key.d, key.p, 'RESPONSE-URL-CANARY']) {
      expect(all).not.toContain(secret);
    }
    expect(world.lines).toHaveLength(2);
  });
});
