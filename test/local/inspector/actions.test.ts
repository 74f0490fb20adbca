/** What the buttons of the inspector do, as the next request shows. */
import { describe, expect, it } from 'vitest';
import type { Action, State } from '../../../web/inspector/protocol.ts';
import { startInspector } from '../../support/local/inspector.ts';

const factsOf = ({ groups }: State, title: string) => groups.find((group) => group.title === title)?.facts ?? [];
const valueIn = (state: State, title: string, name: string) =>
  factsOf(state, title).find((fact) => fact.name === name)?.value;
const done = async (response: Promise<{ readonly status: number; readonly body: string }>) => {
  const { status, body } = await response;
  expect([status, body]).toEqual([200, expect.any(String)]);
  return JSON.parse(body);
};

describe('an app password', () => {
  it('is created at the tenant, works, and stops working after it was revoked', async () => {
    const { act, send, state } = await startInspector();
    const { authorization } = await done(act({ action: 'create_app_password', label: 'my <b>script</b>' }));
    expect((await send(authorization)).response.status).toBe(200);
    const fact = factsOf(await state(), 'App passwords').find(({ name }) => name === 'my <b>script</b>');
    expect(fact?.value).toMatch(/^user@gmail.com, .*, used 12:00:00 UTC$/);
    await done(act(fact?.remove ?? { action: 'unblock' }));
    await done(act({ action: 'advance_clock', seconds: 6 }));
    expect((await send(authorization)).verdict).toMatchObject({ outcome: 'refused', reason: 'token_inactive' });
    expect(factsOf(await state(), 'App passwords').map(({ name }) => name)).not.toContain('my <b>script</b>');
  });

  it('that is gone already is no error', async () => {
    const { act } = await startInspector();
    expect(await done(act({ action: 'revoke_app_password', id: 'asp_gone' }))).toEqual({
      words: 'It is already gone.',
    });
  });
});

describe('the keys', () => {
  it('of the API are rotated, and the authorizer finds the new one without an error', async () => {
    const { act, sendPrepared, state } = await startInspector();
    await sendPrepared('opaque');
    const before = await state();
    await done(act({ action: 'rotate_api_key' }));
    await done(act({ action: 'empty_caches', cache: 'gateway' }));
    await done(act({ action: 'empty_caches', cache: 'shared' }));
    const story = await sendPrepared('asp');
    expect(story.response.status).toBe(200);
    expect(story.steps.flatMap(({ calls = [] }) => calls).map(({ outcome }) => outcome)).toEqual(['401', '200']);
    const after = await state();
    for (const name of ['We sign with', 'The tenant trusts'])
      expect(valueIn(after, 'Keys', name)).not.toBe(valueIn(before, 'Keys', name));
    await done(act({ action: 'rotate_api_key' }));
    await done(act({ action: 'empty_caches', cache: 'all' }));
    expect((await sendPrepared('asp')).response.status).toBe(200);
  });

  it('of the API stay usable if the tenant fails during a rotation, which can be repeated', async () => {
    const { act, sendPrepared } = await startInspector();
    await done(act({ action: 'trouble', trouble: 'failing' }));
    expect((await act({ action: 'rotate_api_key' })).status).toBe(502);
    await done(act({ action: 'trouble', trouble: 'none' }));
    expect((await sendPrepared('opaque')).response.status).toBe(200);
    await done(act({ action: 'rotate_api_key' }));
    await done(act({ action: 'empty_caches', cache: 'all' }));
    expect((await sendPrepared('opaque')).response.status).toBe(200);
  });

  it('of the tenant are rotated, and new tokens are accepted', async () => {
    const { act, sendPrepared, state } = await startInspector();
    await sendPrepared('jwt');
    await done(act({ action: 'rotate_tenant_key' }));
    expect(factsOf(await state(), 'Keys').map(({ name }) => name)).toContain('It also publishes');
    await done(act({ action: 'new_credentials' }));
    await done(act({ action: 'advance_clock', seconds: 31 }));
    const story = await sendPrepared('jwt');
    expect(story.response.status).toBe(200);
    expect(story.stations.find(({ name }) => name === 'tenant')?.result).toMatch(/^1 call/);
  });
});

describe('the tenant', () => {
  it.each([
    ['stopped', 'issuer_unavailable', 503],
    ['failing', 'issuer_unavailable', 503],
    ['throttled', 'issuer_throttled', 503],
  ] as const)('is %s until it works again', async (trouble, reason, status) => {
    const { act, sendPrepared, state } = await startInspector();
    await done(act({ action: 'trouble', trouble }));
    expect((await state()).trouble).toBe(trouble);
    const { verdict, response } = await sendPrepared('opaque');
    expect([verdict.outcome, verdict.reason, response.status]).toEqual(['unavailable', reason, status]);
    await done(act({ action: 'trouble', trouble: 'none' }));
    expect((await sendPrepared('opaque')).response.status).toBe(200);
  });

  it('is slow', async () => {
    const { local, act } = await startInspector();
    await done(act({ action: 'trouble', trouble: 'slow' }));
    expect(local.tenant.faults.list()).toEqual([{ kind: 'latency', ms: 1500 }]);
  });

  it('shows what is left of its rate limits', async () => {
    const { act, sendPrepared, state } = await startInspector();
    await sendPrepared('opaque');
    expect(valueIn(await state(), 'Rate limits', 'Authentication API')).toMatch(/^\d+ of \d+ left, resets/);
    await done(act({ action: 'trouble', trouble: 'throttled' }));
    expect(valueIn(await state(), 'Rate limits', 'Authentication API')).toMatch(/^0 of 0 left/);
  });

  it('blocks a user, who can be unblocked', async () => {
    const { local, act, state, send } = await startInspector();
    for (let attempt = 0; attempt < 10; attempt += 1) {
      const wrong = Buffer.from(`user@gmail.com:wrong-${attempt}`).toString('base64');
      await send(`Basic ${wrong}`);
      local.clock.advanceSeconds(60);
    }
    const [blocked] = factsOf(await state(), 'Failed logins and blocks');
    expect(blocked).toMatchObject({ name: expect.stringMatching(/^user@gmail.com from /), isAlarming: true });
    await done(act({ action: 'unblock' }));
    expect(factsOf(await state(), 'Failed logins and blocks')).toEqual([]);
  });
});

describe('the clock', () => {
  it('makes tokens and caches expire', async () => {
    const { act, sendPrepared, state } = await startInspector();
    expect((await sendPrepared('jwt')).response.status).toBe(200);
    await done(act({ action: 'advance_clock', seconds: 3700 }));
    expect((await state()).aheadMs).toBe(3_700_000);
    expect((await sendPrepared('jwt')).verdict.reason).toBe('token_expired');
    await done(act({ action: 'new_credentials' }));
    expect((await sendPrepared('jwt')).response.status).toBe(200);
    expect((await sendPrepared('expired')).verdict.reason).toBe('token_expired');
  });

  it('breaks nothing after a year', async () => {
    const { act, send, sendPrepared } = await startInspector();
    await done(act({ action: 'advance_clock', seconds: 365 * 86_400 }));
    await done(act({ action: 'new_credentials' }));
    for (const id of ['jwt', 'opaque', 'basic-asp', 'basic-password'])
      expect([id, (await sendPrepared(id)).response.status]).toEqual([id, 200]);
    const { authorization } = await done(act({ action: 'create_app_password', label: 'later' }));
    expect((await send(authorization)).response.status).toBe(200);
    await done(act({ action: 'rotate_api_key' }));
  });
});

describe('an action that is not valid', () => {
  it.each([
    [{ action: 'advance_clock', seconds: 1e12 }],
    [{ action: 'advance_clock', seconds: '1' }],
    [{ action: 'trouble', trouble: 'gone' }],
    [{ action: 'empty_caches', cache: '__proto__' }],
    [{ action: 'create_app_password', label: '' }],
    [{ action: 'create_app_password', label: 'x'.repeat(101) }],
    [{ action: 'revoke_app_password', id: '../x' }],
    [{ action: '__proto__' }],
  ])('is refused: %j', async (action) => {
    const { post } = await startInspector();
    expect((await post('/.local/actions', action)).status).toBe(400);
  });
});

it('tells which action failed, and never with a secret', async () => {
  const { local, act } = await startInspector();
  await done(act({ action: 'trouble', trouble: 'stopped' }));
  const action: Action = { action: 'create_app_password', label: 'never' };
  const { status, body } = await act(action);
  expect([status, JSON.parse(body).title]).toEqual([502, expect.stringMatching(/./)]);
  expect(body).not.toContain(local.ready.users[0]?.password ?? '');
});
