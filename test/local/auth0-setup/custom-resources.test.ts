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
  SIGNING_KEY_SECRET_ID,
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
  it('writes the public half of the signing key to the resource server', async () => {
    expect(await world.put(RESOURCE_SERVER)).toMatchObject({ status: 'SUCCESS', attributes: { Warnings: 'none' } });
    const certificate = new X509Certificate(String(resourceServer()?.verificationKey));
    const own = createPublicKey({ key: { kty: key.kty, n: key.n, e: key.e }, format: 'jwk' });
    expect(certificate.publicKey.equals(own)).toBe(true);
  });

  it("adds the scopes to those of the client's grant", async () => {
    const scopesBefore = grant()?.scope ?? [];
    expect(await world.put(CLIENT_GRANT)).toMatchObject({ status: 'SUCCESS' });
    expect(grant()?.scope).toEqual([...scopesBefore, ...ASP_SCOPES]);
  });

  it.each(TYPES)('returns the same id of %s every time, and writes nothing the second time', async (type) => {
    const first = await world.put(type);
    const writes = writesTo(tenant);
    const second = await world.put(type);
    expect(second).toEqual(first);
    expect(writesTo(tenant)).toEqual(writes);
  });

  it('creates a missing resource server with its scopes, which a Delete keeps', async () => {
    const changes = { Audience: 'https://new.api', CreateResourceServer: 'true', Scopes: ['read:foo'] };
    const made = await world.put(RESOURCE_SERVER, changes);
    expect(resourceServer('https://new.api')).toMatchObject({ scopes: [{ value: 'read:foo' }] });
    await world.remove(RESOURCE_SERVER, made?.physicalId ?? '', changes);
    expect(resourceServer('https://new.api')).not.toHaveProperty('verificationKey');
  });

  it('creates a resource server that a Delete deletes if RemoveCreated is set', async () => {
    const changes = { Audience: 'https://new.api', CreateResourceServer: 'true', RemoveCreated: 'true' };
    const made = await world.put(RESOURCE_SERVER, changes);
    await world.remove(RESOURCE_SERVER, made?.physicalId ?? '', changes);
    expect(tenant.snapshot()).toBe(before);
  });
});

describe('a set-up with KeyDelivery auto', () => {
  const AUTO = { KeyDelivery: 'auto' };

  it.each([[[]], [['verificationKey']]])(
    'restores the tenant to the byte if that does not know %j',
    async (unknown) => {
      tenant.behaviour.refusedProperties = unknown;
      const made = await world.put(RESOURCE_SERVER, AUTO);
      expect(made).toMatchObject({ status: 'SUCCESS', attributes: { Warnings: 'none' } });
      expect(JSON.stringify(resourceServer())).toContain(
        unknown.length === 0 ? '"verificationKey"' : '"verificationKeys"',
      );
      await world.remove(RESOURCE_SERVER, made?.physicalId ?? '', AUTO);
      expect(tenant.snapshot()).toBe(before);
      expect(world.recordsOf(RESOURCE_SERVER)).toBe(NO_RECORDS);
    },
  );

  it('can be chosen for a key that was delivered in another way, and back', async () => {
    tenant.behaviour.refusedProperties = ['verificationKey'];
    const made = await world.put(RESOURCE_SERVER, { KeyDelivery: 'verificationKeys' });
    const during = tenant.snapshot();
    const physicalId = made?.physicalId ?? '';
    for (const KeyDelivery of ['auto', 'verificationKeys']) {
      expect(await world.put(RESOURCE_SERVER, { KeyDelivery }, { physicalId })).toMatchObject({ status: 'SUCCESS' });
      expect(tenant.snapshot()).toBe(during);
    }
    await world.remove(RESOURCE_SERVER, physicalId, AUTO);
    expect(tenant.snapshot()).toBe(before);
  });
});

describe('a set-up at a tenant that does not show the key', () => {
  beforeEach(() => {
    // An assertion is valid only if this clock agrees with the tenant's.
    world.nowMs = Date.now();
    tenant.faults.add({ kind: 'edit', remove: ['verificationKey'], method: 'GET', path: '/api/v2/resource-servers' });
  });

  it('proves the key by an introspection, says so, and a Delete removes it', async () => {
    world.putSecret(SIGNING_KEY_SECRET_ID, key);
    const made = await world.put(RESOURCE_SERVER);
    expect(made).toMatchObject({
      status: 'SUCCESS',
      attributes: {
        Warnings: expect.stringMatching(
          /^\(1\) The tenant accepted our key in "verificationKey" but does not show it\. An introspection .* succeeded/,
        ),
      },
    });
    await world.remove(RESOURCE_SERVER, made?.physicalId ?? '');
    expect(tenant.snapshot()).toBe(before);
  });

  it('fails and is undone if the tenant refuses the key for several seconds', async () => {
    world.putSecret(SIGNING_KEY_SECRET_ID, await newKey());
    const reason = expect.stringMatching(
      /"verificationKey": the tenant accepted it, but does not show it, and refuses/,
    );
    expect(await world.put(RESOURCE_SERVER)).toMatchObject({ status: 'FAILED', reason });
    expect(world.sleeps).toEqual([3000, 3000, 3000, 3000]);
    expect(tenant.snapshot()).toBe(before);
  });

  it.each([
    [
      'accepts every key',
      { checksAssertions: false },
      /is not proved, because introspection accepts a throw-away key too/,
    ],
  ])('does not call the key proved if introspection %s', async (_, behaviour, warning) => {
    world.putSecret(SIGNING_KEY_SECRET_ID, key);
    Object.assign(tenant.behaviour, behaviour);
    const made = await world.put(RESOURCE_SERVER);
    expect(made).toMatchObject({ status: 'SUCCESS', attributes: { Warnings: expect.stringMatching(warning) } });
  });

  it.each([
    [
      'is not enabled',
      404,
      /does not show it\. Whether the tenant has it cannot be proved, because introspection is not enabled/,
    ],
    [
      'does not respond',
      503,
      /Not checked: whether the tenant has the key in "verificationKey", which it does not show/,
    ],
  ])('warns that the key is not proved if introspection %s', async (_, status, warning) => {
    world.putSecret(SIGNING_KEY_SECRET_ID, key);
    tenant.faults.add({ kind: 'status', status, path: '/oauth/introspect' });
    const made = await world.put(RESOURCE_SERVER);
    expect(made).toMatchObject({ status: 'SUCCESS', attributes: { Warnings: expect.stringMatching(warning) } });
  });
});

describe('a Delete', () => {
  it.each(TYPES)('restores the tenant to the byte and removes the record of %s', async (type) => {
    const made = await world.put(type);
    expect(tenant.snapshot()).not.toBe(before);
    expect(await world.remove(type, made?.physicalId ?? '')).toMatchObject({ status: 'SUCCESS' });
    expect(tenant.snapshot()).toBe(before);
    expect(world.recordsOf(type)).toBe(NO_RECORDS);
  });

  it.each(TYPES)('succeeds for %s if the object at the tenant no longer exists', async (type) => {
    const made = await world.put(type);
    tenant.state.resourceServers.delete(resourceServer()?.id ?? '');
    tenant.state.clientGrants.delete('cgr_managementsetup');
    tenant.state.clientGrants.set('cgr_rights', { ...grantForDeleting(), id: 'cgr_rights' });
    expect(await world.remove(type, made?.physicalId ?? '')).toMatchObject({ status: 'SUCCESS' });
  });

  it("leaves somebody else's key in place", async () => {
    const made = await world.put(RESOURCE_SERVER);
    const api = resourceServer();
    if (!api) throw new Error('The seed has no demo API.');
    tenant.state.resourceServers.set(api.id, { ...api, verificationKey: 'THEIRS' });
    expect(await world.remove(RESOURCE_SERVER, made?.physicalId ?? '')).toMatchObject({ status: 'SUCCESS' });
    expect(resourceServer()?.verificationKey).toBe('THEIRS');
  });

  it('reads no secret and sends no request if the resource was never created or is already gone', async () => {
    world.secrets.values.clear();
    expect(await world.remove(RESOURCE_SERVER, 'some-id')).toMatchObject({ status: 'SUCCESS' });
    expect(await world.remove(RESOURCE_SERVER, 'never-made', { Audience: '' })).toMatchObject({ status: 'SUCCESS' });
    expect(tenant.requests).toEqual([]);
  });
});

/** The seeded grant, with which the management client can still work. */
function grantForDeleting() {
  const scope = ['read:client_grants', 'read:resource_servers', 'update:client_grants', 'update:resource_servers'];
  return { client_id: 'local-management-client', audience: `${tenant.issuer}api/v2/`, scope };
}

describe('a replacement', () => {
  it('sets up the new resource server, then restores the old one, if the audience changes', async () => {
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

  it.each(TYPES)('keeps the %s that both halves use if the management client changes', async (type) => {
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

  it('keeps the old id if it fails, and is removed when CloudFormation rolls back', async () => {
    const old = await world.put(RESOURCE_SERVER);
    const during = tenant.snapshot();
    const records = world.recordsOf(RESOURCE_SERVER);
    const physicalId = old?.physicalId ?? '';
    const [was, wanted] = [
      world.properties(RESOURCE_SERVER),
      world.properties(RESOURCE_SERVER, { Audience: NEAR_MISS }),
    ];
    // The key is written, but missing when it is read back, and it cannot be proved.
    tenant.faults.add({ kind: 'edit', remove: ['verificationKey'], method: 'GET' });
    const response = await world.put(RESOURCE_SERVER, { Audience: NEAR_MISS }, { physicalId, oldProperties: was });
    expect(response).toMatchObject({ status: 'FAILED', physicalId });
    tenant.faults.clear();
    expect(resourceServer(NEAR_MISS)).toHaveProperty('verificationKey');
    await world.put(RESOURCE_SERVER, {}, { physicalId, oldProperties: wanted });
    expect(tenant.snapshot()).toBe(during);
    expect(world.recordsOf(RESOURCE_SERVER)).toBe(records);
  });

  it('leaves the old resource in force after a rollback, even if a rollback request fails', async () => {
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

  it('is removed in the rollback if CloudFormation got no response', async () => {
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

  it("removes the scopes from the earlier client if the management secret's client changes", async () => {
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
    // There is only one connection, whose deadline covers the whole request.
    expect(tenant.requestLog.find('POST', '/oauth/token')).toHaveLength(1);
  });
});

describe('a Create that the tenant refuses', () => {
  const refusals = {
    'wrong client secret': {
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
    'status 500 for a write': {
      arrange: () => tenant.faults.add({ kind: 'status', status: 500, method: 'PATCH', path: '/api/v2/' }),
      reason: /PATCH .* to the tenant failed: got status 500.*run it again/,
    },
  };

  describe.each(Object.entries(refusals))('with the refusal %s', (_name, { arrange, reason }) => {
    it.each(TYPES)('fails %s with the fix, and leaves the tenant unchanged', async (type) => {
      arrange();
      const snapshot = tenant.snapshot();
      const response = await world.put(type);
      expect(response).toMatchObject({ status: 'FAILED', reason: expect.stringMatching(reason) });
      expect(tenant.snapshot()).toBe(snapshot);
      expect(world.recordsOf(type)).toBe(NO_RECORDS);
      expect(await world.remove(type, response?.physicalId ?? '')).toMatchObject({ status: 'SUCCESS' });
    });
  });

  it.each(TYPES)('waits for %s as long as a rate limit requires, if there is time', async (type) => {
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

  it.each(TYPES)('fails %s at once if a rate limit requires more time than there is', async (type) => {
    tenant.faults.add({ kind: 'status', status: 429, retryAfterSeconds: 3600, method: 'PATCH', path: '/api/v2/' });
    const reason = expect.stringMatching(/with 429 and asked to wait 3600 s, which is longer than the time allowed/);
    expect(await world.put(type)).toMatchObject({ status: 'FAILED', reason });
    expect(world.sleeps).toEqual([]);
    expect(tenant.snapshot()).toBe(before);
  });

  it('reports that the property is refused, and the alternatives', async () => {
    tenant.behaviour.refusedProperties = ['verificationKey'];
    const reason = expect.stringMatching(/does not accept "verificationKey": .*choose another keyDelivery/);
    expect(await world.put(RESOURCE_SERVER)).toMatchObject({ status: 'FAILED', reason });
    expect(tenant.snapshot()).toBe(before);
  });

  it('reports the nearest names of resource servers', async () => {
    const reason = expect.stringMatching(
      /no resource server with the identifier "https:\/\/demo.apis"; .*"https:\/\/demo.api"/,
    );
    expect(await world.put(RESOURCE_SERVER, { Audience: 'https://demo.apis' })).toMatchObject({
      status: 'FAILED',
      reason,
    });
  });

  it('reports that the secret does not hold a client', async () => {
    world.secrets.values.set(MANAGEMENT_SECRET_ID, 'SECRET-CANARY');
    const reason = expect.stringMatching(/^The secret auth0\/management does not exist or does not hold a client\./);
    expect(await world.put(CLIENT_GRANT)).toMatchObject({ status: 'FAILED', reason });
  });

  it('reports that no key has been published', async () => {
    world.state.set('public-keys', '{"keys":[]}');
    const reason = expect.stringMatching(/^No public signing key has been published yet\./);
    expect(await world.put(RESOURCE_SERVER)).toMatchObject({ status: 'FAILED', reason });
  });
});

describe('a function that died just before or after an outside call', () => {
  it.each(TYPES)('sets up %s when it runs again, and a Delete removes it without a trace', async (type) => {
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
  });

  it.each(TYPES)(
    'never runs again, but the Delete of %s undoes its changes, whatever id the Delete has',
    async (type) => {
      await forEachMoment(async (life) => {
        await world.put(type, {}, {}, life).catch(() => undefined);
        if (!life.isOver) return;
        expect(await world.remove(type, 'made-up-by-cloudformation')).toMatchObject({ status: 'SUCCESS' });
        expect({ moment: life.moments, tenant: tenant.snapshot() }).toEqual({ moment: life.moments, tenant: before });
        expect(world.recordsOf(type)).toBe(NO_RECORDS);
      });
    },
  );

  it.each(TYPES)('completes an interrupted Delete of %s with the next Delete', async (type) => {
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

/** Runs the function with a life of one moment, of two, and so on, until it survives. */
async function forEachMoment(run: (life: Life) => Promise<void>): Promise<void> {
  for (let length = 1; ; length += 1) {
    reset();
    world = new World(tenant, key);
    const life = new Life(length);
    await run(life);
    if (!life.isOver) break;
  }
}

describe('a key of this deployment without a record', () => {
  const replace = { ReplaceKey: 'true' };

  it.each(['verificationKey', 'verificationKeys'])(
    'fails a deployment with %s before it changes anything',
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
    'counts as our own in %s with ReplaceKey, and is gone after a key change and a teardown',
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

describe('a set-up with a password grant', () => {
  const warnings = async () => {
    const response = await world.put(CLIENT_GRANT, { PasswordGrantSecretId: PASSWORD_SECRET_ID });
    return response?.status === 'SUCCESS' ? response.attributes.Warnings : response?.reason;
  };

  it('returns no warning for a correctly configured tenant', async () => {
    expect(await warnings()).toBe('none');
  });

  it('warns of an untrusted address, a disabled grant type, and a missing default directory', async () => {
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

  it('warns of a client that the tenant does not know, and names the setting', async () => {
    const client = tenant.state.clients.get('local-password-client');
    if (!client) throw new Error('The seed has no client for passwords.');
    tenant.state.clients.delete(client.client_id);
    const text = await warnings();
    tenant.state.clients.set(client.client_id, client);
    expect(text).toMatch(/no client with the id "local-password-client"\. Expected .* the secret passwordGrantSecret/);
    expect(text).not.toContain('..');
  });

  it('warns of a check that the management client is not allowed to make', async () => {
    const own = grant();
    if (own) tenant.state.clientGrants.set(own.id, { ...own, scope: own.scope.filter((s) => s !== 'read:clients') });
    expect(await warnings()).toMatch(/^\(1\) Not checked: .*read:clients/);
  });
});

describe('a set-up at a tenant that lacks something', () => {
  const warningsOf = async (type: (typeof TYPES)[number], changes = {}) => {
    const response = await world.put(type, changes);
    expect(response).toMatchObject({ status: 'SUCCESS' });
    return response?.status === 'SUCCESS' ? response.attributes.Warnings : undefined;
  };

  it('warns that the feature is missing, and reports what works without it and what to do', async () => {
    tenant.behaviour.hasApplicationPasswords = false;
    expect(await warningsOf(CLIENT_GRANT)).toMatch(
      /^\(1\) App specific passwords are not enabled for this tenant: its Management API does not offer read:user_application_passwords, .*work without it\. .*ask Auth0's support to enable them[^(]*$/,
    );
    expect(await warningsOf(RESOURCE_SERVER)).toMatch(
      /^\(1\) Introspection is not enabled: http:\S+oauth\/introspect responded with 404\..*JWTs, and Basic with a real password, work without it/,
    );
  });

  it('warns that tokens lack the scopes although the grant holds them', async () => {
    tenant.faults.add({ kind: 'edit', path: '/oauth/token', set: { scope: 'read:client_grants' } });
    expect(await warningsOf(CLIENT_GRANT)).toMatch(
      /^\(1\) App specific passwords are not enabled .* a token of the client "local-management-client" lacks read:user_application_passwords, .* though its grant covers them/,
    );
  });

  it('warns that scopes were not checked if token responses have no scope', async () => {
    tenant.faults.add({ kind: 'edit', path: '/oauth/token', remove: ['scope'] });
    expect(await warningsOf(CLIENT_GRANT)).toMatch(/^\(1\) Not checked: the tenant does not say which scopes/);
  });

  it('warns that the feature was not checked without the right to read resource servers', async () => {
    const own = grant();
    const scope = own?.scope.filter((value) => value !== 'read:resource_servers') ?? [];
    if (own) tenant.state.clientGrants.set(own.id, { ...own, scope });
    expect(await warningsOf(CLIENT_GRANT)).toMatch(
      /^\(1\) Not checked: whether app specific passwords are enabled for the tenant\. .* expected read:resource_servers/,
    );
  });

  it("warns that another client's token was not checked, and checks the rest", async () => {
    const changes = { GrantClientId: 'local-operator-client' };
    expect(await warningsOf(CLIENT_GRANT, changes)).toMatch(
      /^\(1\) Not checked: whether a token of the client "local-operator-client" has the scopes .*[^)]$/,
    );
    tenant.behaviour.hasApplicationPasswords = false;
    expect(await warningsOf(CLIENT_GRANT, changes)).toMatch(/^\(1\) App specific passwords are not enabled/);
  });

  it('warns that introspection does not authenticate its callers', async () => {
    tenant.behaviour.checksAssertions = false;
    expect(await warningsOf(RESOURCE_SERVER)).toMatch(
      /^\(1\) http:\S+oauth\/introspect accepted an assertion signed by a throw-away key\. Expected 401 invalid_client\. The tenant does not authenticate its callers, or a proxy responds in its place/,
    );
  });

  it.each([
    ['responds with 503', { kind: 'status', status: 503 }, /The server responded with 503/],
    ['responds with garbage', { kind: 'garbage' }, /no boolean "active"/],
    ['breaks off', { kind: 'reset' }, /./],
  ] as const)('warns that introspection was not checked if it %s', async (_name, fault, why) => {
    tenant.faults.add({ ...fault, path: '/oauth/introspect' });
    const text = await warningsOf(RESOURCE_SERVER);
    expect(text).toMatch(/^\(1\) Not checked: whether http:\S+oauth\/introspect authenticates its callers\. /);
    expect(text).toMatch(why);
  });

  it('names the introspection endpoint at the custom domain of the issuer', async () => {
    const issuer = tenant.issuer.replace('127.0.0.1', 'localhost');
    tenant.behaviour.hasApplicationPasswords = false;
    expect(await warningsOf(RESOURCE_SERVER, { Issuer: issuer })).toContain(
      `${issuer}oauth/introspect responded with 404`,
    );
  });
});

describe('two deployments for one audience', () => {
  const inOtherAccount = async () => new World(tenant, await newKey());

  it('do not overwrite each other without ReplaceKey, and the second one fails without a trace', async () => {
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

  it('share a list of keys, and the Delete of either keeps the key of the other', async () => {
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

describe('the function behind the custom resources', () => {
  it('puts no secret into logs, responses or records', async () => {
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
