import { describe, expect, it } from 'vitest';
import { createBackgroundHandler } from '../../../../lambda/app-passwords/background-events.ts';
import { createAppPasswordsHandler } from '../../../../lambda/app-passwords/create-handler.ts';
import type { HttpRequest } from '../../../../src/core/http.ts';
import { ALICE, AUDIENCE, SETTINGS, World } from '../../../support/app-passwords/world.ts';
import { NOW_SECONDS } from '../../../support/core/clock.ts';

const SCHEDULED = { version: '0', source: 'aws.events', 'detail-type': 'Scheduled Event', detail: {} };
const INVOCATION = { getRemainingTimeInMillis: () => 120_000 };

const custom = (RequestType: 'Create' | 'Update' | 'Delete', changes: object = {}) => ({
  RequestType,
  ResponseURL: 'https://cloudformation.example/respond',
  StackId: 'stack',
  RequestId: 'request',
  LogicalResourceId: 'Guard',
  ResourceType: 'Custom::AppPasswordGuard',
  ResourceProperties: { ServiceToken: 'arn' },
  ...(RequestType === 'Create' ? {} : { PhysicalResourceId: 'app-password-guard' }),
  ...changes,
});

function setUp(onDestroy: 'refuse' | 'delete' = 'refuse') {
  const world = new World();
  const requests: HttpRequest[] = [];
  const background = createBackgroundHandler(
    { audience: AUDIENCE, onDestroy },
    {
      ...world.ports,
      sleep: world.clock.sleep,
      deadline: () => new Promise(() => {}),
      http: async (request) => {
        requests.push(request);
        return { status: 200, headers: {}, body: '' };
      },
    },
  );
  const expiring = (inSeconds: number) => {
    const { id } = world.tenant.add(ALICE);
    void world.expiries.add({ id: `of ${id}`, subject: ALICE, passwordId: id, expiresAt: NOW_SECONDS + inSeconds });
  };
  const responses = () => requests.map(({ body }) => JSON.parse(body ?? ''));
  return { world, expiring, responses, handler: createAppPasswordsHandler(SETTINGS, world.ports, background) };
}

describe('an event that no user causes', () => {
  it('runs the sweep, if it is the schedule', async () => {
    const { world, expiring, handler } = setUp();
    expiring(-1);
    expiring(1);
    await handler(SCHEDULED, INVOCATION);
    expect(world.tenant.passwords.size).toBe(1);
  });

  it('is refused when a stack is deleted, while there is an expiry', async () => {
    const { expiring, handler, responses } = setUp();
    expiring(60);
    await handler(custom('Delete'), INVOCATION);
    expect(responses()).toEqual([
      expect.objectContaining({
        Status: 'FAILED',
        PhysicalResourceId: 'app-password-guard',
        Reason: expect.stringContaining('1 app specific password would never expire without this deployment'),
      }),
    ]);
  });

  it('deletes the passwords when a stack is deleted, if told so', async () => {
    const { world, expiring, handler, responses } = setUp('delete');
    expiring(60);
    await handler(custom('Delete'), INVOCATION);
    expect(responses()).toEqual([expect.objectContaining({ Status: 'SUCCESS' })]);
    expect(world.tenant.passwords.size).toBe(0);
  });

  it.each([custom('Create'), custom('Update', { OldResourceProperties: { ServiceToken: 'other' } })])(
    'deletes nothing when a stack is created or changed: $RequestType',
    async (event) => {
      const { world, expiring, handler, responses } = setUp('delete');
      expiring(60);
      expiring(-60);
      await handler(event, INVOCATION);
      expect(responses()).toEqual([
        expect.objectContaining({ Status: 'SUCCESS', PhysicalResourceId: 'app-password-guard' }),
      ]);
      expect(world.tenant.calls).toEqual([]);
    },
  );

  it.each([
    undefined,
    [],
    {},
    { ...SCHEDULED, source: 'custom.events' },
    { ...SCHEDULED, 'detail-type': 'Other' },
    { Records: [] },
  ])('is refused if it is unknown: %j', async (event) => {
    const { handler } = setUp();
    await expect(handler(event, INVOCATION)).rejects.toThrow('The event is not one that this function handles.');
  });

  it('cannot be made by a request to the API', async () => {
    const { world, expiring, handler } = setUp('delete');
    expiring(-60);
    const request = { httpMethod: 'GET', requestContext: {}, ...SCHEDULED, ...custom('Delete') };
    await handler(request, INVOCATION);
    expect(world.tenant.calls).toEqual([]);
  });
});
