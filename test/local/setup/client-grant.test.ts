import { beforeEach, describe, expect, it } from 'vitest';
import type { ClientGrantRecord } from '../../../src/setup/client-grant/client-grant-record.ts';
import { APPLICATION_PASSWORD_SCOPES, setUpClientGrant } from '../../../src/setup/client-grant/set-up-client-grant.ts';
import { tearDownClientGrant } from '../../../src/setup/client-grant/tear-down-client-grant.ts';
import { connect } from '../../support/setup/harness.ts';
import { MemoryStore } from '../../support/setup/ports.ts';
import { DEMO_API, MANAGEMENT_CLIENT, shareTenant, writesTo } from '../../support/tenant/tenant.ts';

const { clientId: CLIENT_ID } = MANAGEMENT_CLIENT;
const { tenant } = await shareTenant();
let records: MemoryStore<ClientGrantRecord>;

beforeEach(() => {
  records = new MemoryStore();
});

const setUp = (clientId = CLIENT_ID) => setUpClientGrant({ ...connect(tenant), records, clientId });
const tearDown = () => tearDownClientGrant({ clientGrants: connect(tenant).clientGrants, records });
const allowAll = () => {
  const grant = tenant.state.clientGrants.get('cgr_managementsetup');
  if (grant) tenant.state.clientGrants.set(grant.id, { ...grant, scope: [], allow_all_scopes: true });
};
const grantsOf = (clientId: string) =>
  [...tenant.state.clientGrants.values()].filter(
    (grant) => grant.client_id === clientId && grant.audience === `${tenant.issuer}api/v2/`,
  );

describe('the grant of a client', () => {
  it('is found among a hundred others, gets the scopes, and is restored to the byte', async () => {
    const before = tenant.snapshot();
    const scopes = tenant.state.clientGrants.get('cgr_managementsetup')?.scope ?? [];
    await setUp();
    expect(grantsOf(CLIENT_ID).map(({ id, scope }) => [id, scope])).toEqual([
      ['cgr_managementusers', ['read:users']],
      ['cgr_managementsetup', [...scopes, ...APPLICATION_PASSWORD_SCOPES]],
    ]);
    await tearDown();
    expect(tenant.snapshot()).toBe(before);
  });

  it('is created with only the three scopes if it is missing, and is removed without a trace', async () => {
    const before = tenant.snapshot();
    await setUp('local-operator-client');
    expect(grantsOf('local-operator-client')).toMatchObject([{ scope: APPLICATION_PASSWORD_SCOPES }]);
    await tearDown();
    expect(tenant.snapshot()).toBe(before);
  });

  it('is not written a second time', async () => {
    await setUp();
    expect(await setUp()).toEqual({ changed: false, warnings: [] });
    expect(writesTo(tenant)).toEqual(['PATCH /api/v2/client-grants/cgr_managementsetup']);
  });

  it('stays unchanged if it covers all scopes', async () => {
    allowAll();
    expect(await setUp()).toEqual({ changed: false, warnings: [] });
    expect(await tearDown()).toEqual({ changed: false, warnings: [] });
    expect(writesTo(tenant)).toEqual([]);
  });

  it('stays unchanged in the teardown if somebody made it cover all scopes after the set-up', async () => {
    await setUp();
    allowAll();
    tenant.requestLog.clear();
    const before = tenant.snapshot();
    expect(await tearDown()).toEqual({ changed: false, warnings: [] });
    expect(writesTo(tenant)).toEqual([]);
    expect(tenant.snapshot()).toBe(before);
  });

  it('is found among grants that have no client or are for anonymous users', async () => {
    const audience = `${tenant.issuer}api/v2/`;
    const others = [
      { id: 'cgr_0', audience, scope: [], subject_type: 'anonymous_user' },
      { id: 'cgr_1', client_id: CLIENT_ID, audience, scope: [], subject_type: 'anonymous_user' },
    ] as const;
    for (const other of others) tenant.state.clientGrants.set(other.id, other);
    await setUp();
    expect(writesTo(tenant)).toEqual(['PATCH /api/v2/client-grants/cgr_managementsetup']);
  });

  it('is accepted as gone if somebody deleted it', async () => {
    await setUp('local-operator-client');
    for (const { id } of grantsOf('local-operator-client')) tenant.state.clientGrants.delete(id);
    expect(await tearDown()).toEqual({ changed: false, warnings: [] });
  });

  it('is set up with a warning that names the scopes that the tenant dropped', async () => {
    const before = tenant.snapshot();
    tenant.behaviour.hasApplicationPasswords = false;
    tenant.behaviour.dropsUnknownScopes = true;
    const { warnings } = await setUp();
    expect(warnings).toMatchObject([{ code: 'scope_dropped', message: expect.stringContaining('left out read:user') }]);
    await tearDown();
    expect(tenant.snapshot()).toBe(before);
  });

  it.each([['POST'], ['DELETE']])(
    'is handled by the next run if its %s succeeded although the connection broke',
    async (method) => {
      const before = tenant.snapshot();
      tenant.faults.add({ kind: 'dieAfter', method, path: '/api/v2/client-grants', times: 1 });
      await setUp('local-operator-client').catch(() => {});
      await setUp('local-operator-client');
      expect(grantsOf('local-operator-client')).toHaveLength(1);
      await tearDown();
      expect(tenant.snapshot()).toBe(before);
    },
  );
});

it('the connection that set up the grant creates, lists and removes app specific passwords', async () => {
  const connection = connect(tenant);
  await setUpClientGrant({ ...connection, records });
  const { applicationPasswords } = connection;
  const made = await applicationPasswords.create('auth0|1234', {
    label: 'A script',
    audience: DEMO_API,
    scopes: ['read:foo'],
  });
  expect(made).toMatchObject({ label: 'A script', audience: DEMO_API, scopes: ['read:foo'] });
  expect(made.value).toMatch(/^[A-Za-z]{16}$/);
  const { value: _value, ...described } = made;
  expect(await applicationPasswords.list('auth0|1234')).toEqual([described]);
  await applicationPasswords.remove('auth0|1234', made.id);
  await applicationPasswords.remove('auth0|1234', made.id);
  expect(await applicationPasswords.list('auth0|1234')).toEqual([]);
});
