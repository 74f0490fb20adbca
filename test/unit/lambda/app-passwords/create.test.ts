import { describe, expect, it } from 'vitest';
import { AwsError } from '../../../../src/aws/errors.ts';
import { ManagementRefusal, SetupError } from '../../../../src/management/errors.ts';
import { expiryId } from '../../../../src/shared-state/expiry-id.ts';
import { ALICE, AUDIENCE, MALLORY, PAGE_CLIENT, World } from '../../../support/app-passwords/world.ts';
import { NOW_SECONDS } from '../../../support/core/clock.ts';

const DAY = 86_400;
const outage = async () => Promise.reject(new AwsError('state_unwritable', 'The table cannot be written.'));

describe('making an app password', () => {
  it('returns its value once, with all that the list shows later', async () => {
    const world = new World();
    const { status, body, headers } = await world.create({ label: ' My laptop ', scopes: ['create:foo', 'read:foo'] });
    expect(status).toBe(201);
    expect(headers).toMatchObject({
      Location: 'app-passwords/asp_0001',
      'Cache-Control': 'no-store',
      'Content-Type': 'application/json',
      'X-Content-Type-Options': 'nosniff',
    });
    const { value, ...shown } = body;
    expect(shown).toEqual({
      id: 'asp_0001',
      label: 'My laptop',
      scopes: ['create:foo', 'read:foo'],
      createdAt: '2026-01-15T12:00:00.000Z',
      lastUsedAt: null,
      expiresAt: null,
      state: 'active',
    });
    expect(value).toMatch(/^canary/);
    const list = await world.call();
    expect(list.body.appPasswords).toEqual([shown]);
    expect([list.text, ...world.lines, JSON.stringify(world.events)].join()).not.toContain('canary');
  });

  it('pins the user of the token and the audience', async () => {
    const world = new World();
    await world.create();
    expect([...world.tenant.passwords.values()]).toMatchObject([{ userId: ALICE, password: { audience: AUDIENCE } }]);
    expect(world.tenant.calls).toEqual([`list ${ALICE}`, `create ${ALICE}`, `list ${ALICE}`]);
  });

  it('records the expiry under a digest of the value before the value is shown', async () => {
    const world = new World();
    const { body } = await world.create({ expiresInDays: 30 });
    expect(body.expiresAt).toBe('2026-02-14T12:00:00.000Z');
    const id = expiryId('s'.repeat(32), String(body.value));
    const expiresAt = NOW_SECONDS + 30 * DAY;
    expect([...world.expiries.items.values()]).toEqual([{ id, subject: ALICE, passwordId: 'asp_0001', expiresAt }]);
  });

  it('deletes the password again if its expiry cannot be recorded, and never shows its value', async () => {
    const world = new World();
    world.expiries.add = outage;
    const { status, body, text } = await world.create({ expiresInDays: 30 });
    expect([status, body.code]).toEqual([503, 'state_unavailable']);
    expect(world.tenant.passwords.size).toBe(0);
    expect([text, ...world.lines].join()).not.toContain('canary');
    expect(world.events).toEqual([]);
  });

  it('leaves no expiry of a password that is deleted again', async () => {
    const world = new World();
    for (let n = 0; n < 19; n += 1) world.tenant.add(ALICE);
    world.tenant.before = async (call) => {
      if (call === 'create') world.tenant.add(ALICE);
    };
    expect((await world.create({ expiresInDays: 365 })).status).toBe(409);
    expect([world.tenant.passwords.size, world.expiries.items.size]).toEqual([20, 0]);
  });

  it('counts itself as the newest if the tenant does not say when it was made', async () => {
    const world = new World();
    const create = world.tenant.create.bind(world.tenant);
    world.tenant.create = async (...request) => {
      const created = { ...(await create(...request)), createdAt: undefined };
      world.tenant.passwords.set(created.id, { userId: ALICE, password: created });
      for (let n = 0; n < 20; n += 1) world.tenant.add(ALICE);
      return created;
    };
    expect((await world.create()).body.code).toBe('too_many_app_passwords');
    expect(world.tenant.passwords.size).toBe(20);
  });

  it('makes nothing if the secret of the expiries cannot be read', async () => {
    const world = new World({}, { expirySecret: outage });
    expect((await world.create({ expiresInDays: 30 })).status).toBe(503);
    expect(world.tenant.calls).toEqual([]);
  });

  it('logs a password that could not be deleted again', async () => {
    const world = new World();
    world.expiries.add = outage;
    world.tenant.before = async (call) => {
      if (call === 'remove') throw new SetupError('management_unavailable', 'canary');
    };
    expect((await world.create({ expiresInDays: 30 })).status).toBe(503);
    expect(world.log[0]).toMatchObject({ action: 'undo', outcome: 'failed', passwordId: 'asp_0001' });
    expect(world.lines.join()).not.toContain('canary');
  });

  it.each([
    ['another audience', { audience: 'https://other.api' }],
    ['more scopes', { scopes: ['read:foo', 'delete:foo'] }],
  ])('deletes a password that the tenant made with %s', async (_, change) => {
    const world = new World();
    const { create } = world.tenant;
    world.tenant.create = async (...request) => ({ ...(await create.apply(world.tenant, request)), ...change });
    expect((await world.create()).body.code).toBe('tenant_unavailable');
    expect(world.tenant.passwords.size).toBe(0);
  });

  it('writes one line, which names the user by a digest, and sends an event', async () => {
    const world = new World();
    await world.create({ label: 'canary-label', expiresInDays: 1 });
    expect(world.log).toEqual([
      {
        event: 'app_password',
        audience: AUDIENCE,
        sub: expect.stringMatching(/^[\w-]{16}$/),
        action: 'create',
        outcome: 'created',
        clientId: PAGE_CLIENT,
        passwordId: 'asp_0001',
        scopes: ['read:foo'],
        expiresAt: NOW_SECONDS + DAY,
        AppPasswordsCreated: 1,
        _aws: {
          Timestamp: world.clock.nowMs,
          CloudWatchMetrics: [
            {
              Namespace: 'Auth0ApiAuthorizer',
              Dimensions: [['audience']],
              Metrics: [{ Name: 'AppPasswordsCreated', Unit: 'Count' }],
            },
          ],
        },
      },
    ]);
    expect(world.lines.join()).not.toMatch(/canary|auth0\|/);
    expect(world.events).toEqual([
      {
        type: 'app_password_created',
        subject: ALICE,
        passwordId: 'asp_0001',
        label: 'canary-label',
        scopes: ['read:foo'],
        expiresAt: NOW_SECONDS + DAY,
      },
    ]);
  });

  it('does not fail because the event cannot be sent', async () => {
    const world = new World({}, { notify: async () => Promise.reject(new AwsError('event_unsent', 'No bus.')) });
    expect((await world.create()).status).toBe(201);
    expect(world.log[1]).toMatchObject({ action: 'notify', outcome: 'failed', failure: { code: 'event_unsent' } });
  });
});

describe('the number of app passwords', () => {
  it('is at most 20 for the audience', async () => {
    const world = new World();
    world.tenant.add(ALICE, { audience: 'https://other.api' });
    world.tenant.add(MALLORY);
    for (let made = 0; made < 19; made += 1) world.tenant.add(ALICE);
    expect((await world.create()).status).toBe(201);
    world.tenant.calls.length = 0;
    const { status, body } = await world.create();
    expect([status, body.code]).toEqual([409, 'too_many_app_passwords']);
    expect(world.tenant.calls).toEqual([`list ${ALICE}`]);
  });

  it('is kept by requests at the same time', async () => {
    const world = new World({}, { counter: { count: async () => true } });
    for (let made = 0; made < 18; made += 1) world.tenant.add(ALICE);
    const replies = await Promise.all(Array.from({ length: 7 }, () => world.create()));
    expect(replies.map(({ status }) => status).sort()).toEqual([201, 201, 409, 409, 409, 409, 409]);
    expect(world.tenant.passwords.size).toBe(20);
  });

  it('does not grow by more than ten an hour, whatever is tried, and refusals cost the tenant nothing', async () => {
    const world = new World();
    const statuses = new Map<number, number>();
    for (let request = 0; request < 10_000; request += 1) {
      const { status } = await world.create();
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      world.clock.advanceSeconds(status === 201 ? 10 : 0.3);
    }
    expect(statuses.get(201)).toBe(10);
    expect([...statuses.keys()].sort()).toEqual([201, 429]);
    expect(world.tenant.calls.length).toBe(30);
  });

  it('is not used up by requests that come too soon', async () => {
    const world = new World();
    const replies = await Promise.all(Array.from({ length: 20 }, () => world.create()));
    expect(replies.map(({ status }) => status).filter((status) => status === 201).length).toBe(2);
    for (let made = 2; made < 10; made += 1) {
      world.clock.advanceSeconds(10);
      expect((await world.create()).status).toBe(201);
    }
  });

  it('says when the next may be made', async () => {
    const world = new World();
    for (let request = 0; request < 10; request += 1) {
      await world.create();
      world.clock.advanceSeconds(10);
    }
    const { status, body, headers } = await world.create();
    expect([status, body.code, headers['Retry-After']]).toEqual([429, 'rate_limited', '3500']);
    world.clock.advanceSeconds(3500);
    expect((await world.create()).status).toBe(201);
  });

  it('is limited for each user alone', async () => {
    const world = new World();
    for (let request = 0; request < 11; request += 1) {
      await world.create();
      world.clock.advanceSeconds(10);
    }
    expect((await world.create({}, { context: { sub: MALLORY } })).status).toBe(201);
  });
});

describe('the tenant', () => {
  it.each([
    [new SetupError('management_throttled', 'canary'), 503, 'tenant_throttled', '10'],
    [new SetupError('management_unavailable', 'canary'), 503, 'tenant_unavailable', '10'],
    [new SetupError('management_client_refused', 'canary'), 503, 'tenant_unavailable', '10'],
    [new SetupError('management_scope_missing', 'canary'), 503, 'tenant_unavailable', '10'],
    [new SetupError('management_malformed', 'canary'), 503, 'tenant_unavailable', '10'],
    [new ManagementRefusal('canary', { status: 404, reason: 'canary' }), 502, 'tenant_refused', undefined],
    [new TypeError('canary'), 500, 'unexpected', undefined],
  ])('fails with %s, of which nothing is passed on', async (error, status, code, retryAfter) => {
    const world = new World();
    world.tenant.before = async () => Promise.reject(error);
    const reply = await world.create();
    expect([reply.status, reply.body.code, reply.headers['Retry-After']]).toEqual([status, code, retryAfter]);
    expect([reply.text, ...world.lines].join()).not.toContain('canary');
    expect(world.log).toMatchObject([{ outcome: 'failed', code, failure: { reason: expect.any(String) } }]);
  });

  it('gets at most 12 calls in 10 seconds from all users together', async () => {
    const world = new World();
    const calls = Array.from({ length: 20 }, (_, index) => world.call({ context: { sub: `auth0|${index}` } }));
    const replies = await Promise.all(calls);
    expect(replies.filter(({ status }) => status === 200).length).toBe(12);
    expect(replies.at(-1)).toMatchObject({ status: 503, body: { code: 'tenant_throttled' } });
    expect(replies.at(-1)?.headers['Retry-After']).toBe('10');
    expect(world.tenant.calls.length).toBe(12);
    world.clock.advanceSeconds(10);
    expect((await world.call()).status).toBe(200);
  });

  it('is asked for one user at most 8 times in 10 seconds, so that others are not stopped', async () => {
    const world = new World();
    const replies = await Promise.all(Array.from({ length: 20 }, () => world.call()));
    expect(replies.filter(({ status }) => status === 200).length).toBe(8);
    expect(replies.at(-1)).toMatchObject({ status: 429, body: { code: 'rate_limited' } });
    expect((await world.call({ context: { sub: 'auth0|other' } })).status).toBe(200);
  });

  it('gets the calls that complete or undo a new password although the share is used up, and they count', async () => {
    const world = new World();
    const shared = `tenant:users:${Math.floor(NOW_SECONDS / 10)}`;
    world.counter.counts.set(shared, 8);
    expect((await world.create()).status).toBe(201);
    expect(world.counter.counts.get(shared)).toBe(11);
    world.counter.counts.set(shared, 8);
    world.expiries.add = outage;
    expect((await world.create({ expiresInDays: 1 })).status).toBe(503);
    expect(world.tenant.calls.at(-1)).toBe(`remove ${ALICE} asp_0002`);
    expect(world.counter.counts.get(shared)).toBe(11);
  });

  it('is not called if calls cannot be counted', async () => {
    const world = new World({}, { counter: { count: outage } });
    for (const reply of [await world.create(), await world.call(), await world.remove('asp_1')]) {
      expect([reply.status, reply.body.code]).toEqual([503, 'state_unavailable']);
    }
    expect(world.tenant.calls).toEqual([]);
  });
});
