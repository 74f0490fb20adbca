import { beforeEach, describe, expect, it } from 'vitest';
import type { ClientGrantRecord } from '../../../../src/setup/client-grant/client-grant-record.ts';
import {
  APPLICATION_PASSWORD_SCOPES,
  type ClientGrantSetUp,
  setUpClientGrant,
} from '../../../../src/setup/client-grant/set-up-client-grant.ts';
import { tearDownClientGrant } from '../../../../src/setup/client-grant/tear-down-client-grant.ts';
import { expectError } from '../../../support/setup/expect-error.ts';
import { Crash, Fuse, MemoryClientGrants, MemoryStore } from '../../../support/setup/ports.ts';

const [READ, CREATE, DELETE] = APPLICATION_PASSWORD_SCOPES;
const AUDIENCE = 'https://tenant.example/api/v2/';

let clientGrants: MemoryClientGrants;
let records: MemoryStore<ClientGrantRecord>;

beforeEach(() => {
  clientGrants = new MemoryClientGrants();
  records = new MemoryStore();
});

const setUp = (options: Partial<ClientGrantSetUp> = {}) =>
  setUpClientGrant({ clientGrants, records, clientId: 'me', audience: AUDIENCE, ...options });
const tearDown = () => tearDownClientGrant({ clientGrants, records });

describe('setUpClientGrant', () => {
  it('adds the missing scopes to the existing ones and records them first', async () => {
    clientGrants.add(['read:users', READ]);
    expect(await setUp()).toEqual({ changed: true, warnings: [] });
    expect(clientGrants.grant?.scopes).toEqual(['read:users', READ, CREATE, DELETE]);
    expect(await records.read()).toEqual({
      version: 1,
      clientId: 'me',
      audience: AUDIENCE,
      grant: { id: 'cgr_1', isOurs: false, added: [CREATE, DELETE] },
    });
  });

  it('creates a grant with exactly the three scopes if there is no grant', async () => {
    await setUp();
    expect(clientGrants.grant?.scopes).toEqual([...APPLICATION_PASSWORD_SCOPES]);
    expect(await records.read()).toMatchObject({ grant: { id: 'cgr_1', isOurs: true } });
  });

  it('writes nothing the second time, neither to the tenant nor to the record', async () => {
    await setUp();
    const { writes } = records;
    expect(await setUp()).toEqual({ changed: false, warnings: [] });
    expect(clientGrants.writes).toHaveLength(1);
    expect(records.writes).toBe(writes);
  });

  it.each([
    ['holds the scopes already', () => clientGrants.add([...APPLICATION_PASSWORD_SCOPES])],
    ['allows all scopes', () => clientGrants.add([], true)],
  ])('leaves a grant that %s and makes no record', async (_what, prepare) => {
    prepare();
    expect(await setUp()).toEqual({ changed: false, warnings: [] });
    expect(clientGrants.writes).toEqual([]);
    expect(records.text).toBeUndefined();
  });

  it.each([
    ['added to a grant', () => clientGrants.add(['read:users'])],
    ['of a new grant', () => {}],
  ])('names the scopes %s that the tenant drops, and is undone by the teardown', async (_what, prepare) => {
    prepare();
    const before = JSON.stringify(clientGrants.grant);
    clientGrants.unknownScopes = [CREATE, DELETE];
    const { warnings } = await setUp();
    expect(warnings).toMatchObject([
      {
        code: 'scope_dropped',
        message: expect.stringMatching(
          /left out create:user_application_passwords, delete:user_application_passwords\. Expected .* enabled for it/,
        ),
      },
    ]);
    await tearDown();
    expect(JSON.stringify(clientGrants.grant)).toBe(before);
  });

  it('fails if the tenant stores no grant at all', async () => {
    clientGrants.create = async () => {};
    await expectError(setUp(), 'scope_dropped', /left out read:user_application_passwords, /);
  });

  it('refuses the record of another grant', async () => {
    records.text = JSON.stringify({
      version: 1,
      clientId: 'other',
      audience: AUDIENCE,
      grant: { isOurs: true, added: [] },
    });
    await expectError(setUp(), 'record_invalid', /is about another client or API/);
    expect(clientGrants.writes).toEqual([]);
  });
});

describe('tearDownClientGrant', () => {
  it('removes only the scopes that we added', async () => {
    clientGrants.add(['read:users', READ]);
    await setUp();
    expect(await tearDown()).toEqual({ changed: true, warnings: [] });
    expect(clientGrants.grant?.scopes).toEqual(['read:users', READ]);
    expect(records.text).toBeUndefined();
  });

  it('deletes a grant that we created', async () => {
    await setUp();
    await tearDown();
    expect(clientGrants.grant).toBeUndefined();
  });

  it('keeps a grant that we created and to which others added scopes', async () => {
    await setUp();
    await clientGrants.update('cgr_1', [...APPLICATION_PASSWORD_SCOPES, 'read:users']);
    await tearDown();
    expect(clientGrants.grant?.scopes).toEqual(['read:users']);
  });

  it.each([
    ['is gone', () => Object.assign(clientGrants, { grant: undefined })],
    ['lost our scopes', () => clientGrants.update('cgr_1', ['read:users'])],
    ['was created anew by others', () => clientGrants.add([...APPLICATION_PASSWORD_SCOPES])],
  ])('accepts that the grant %s', async (_what, meanwhile) => {
    clientGrants.add(['read:users']);
    await setUp();
    await meanwhile();
    const before = JSON.stringify(clientGrants.grant);
    expect(await tearDown()).toEqual({ changed: false, warnings: [] });
    expect(JSON.stringify(clientGrants.grant)).toBe(before);
    expect(records.text).toBeUndefined();
  });

  it('does nothing without a record', async () => {
    clientGrants.add([...APPLICATION_PASSWORD_SCOPES]);
    expect(await tearDown()).toEqual({ changed: false, warnings: [] });
    expect(clientGrants.writes).toEqual([]);
  });

  it('refuses a record that cannot be read', async () => {
    records.text = '[]';
    await expectError(tearDown(), 'record_invalid', /does not have version 1/);
  });
});

describe.each([
  ['a grant', (): readonly string[] | undefined => ['read:users', READ]],
  ['no grant', (): readonly string[] | undefined => undefined],
])('starting from %s, a crash at any moment', (_what, scopesBefore) => {
  async function atEveryMoment(work: (fuse: Fuse) => Promise<unknown>, check: () => Promise<unknown>) {
    for (let moment = 1, crash: unknown = new Crash(); crash instanceof Crash; moment += 1) {
      clientGrants = new MemoryClientGrants();
      records = new MemoryStore();
      const scopes = scopesBefore();
      if (scopes) clientGrants.add(scopes);
      const before = JSON.stringify(clientGrants.grant);
      crash = await work(new Fuse(moment)).catch((error: unknown) => error);
      await check();
      await tearDown();
      expect(JSON.stringify(clientGrants.grant)).toBe(before);
      expect(records.text).toBeUndefined();
    }
  }
  const fused = (fuse: Fuse) => ({ clientGrants: fuse.around(clientGrants), records: fuse.around(records) });

  it('is undone exactly by the teardown if it interrupts the set-up', async () => {
    await atEveryMoment(
      (fuse) => setUp(fused(fuse)),
      async () => {},
    );
  });

  it('is undone exactly by the teardown if the interrupted set-up is run again', async () => {
    await atEveryMoment(
      (fuse) => setUp(fused(fuse)),
      () => setUp(),
    );
  });

  it('is repaired by the next teardown if it interrupts a teardown', async () => {
    await atEveryMoment(
      async (fuse) => {
        await setUp();
        await tearDownClientGrant(fused(fuse));
      },
      async () => {},
    );
  });
});
