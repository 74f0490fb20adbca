import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CodedError } from '../../../src/core/errors.ts';
import { type ScriptedResponse, ScriptedTenant } from '../../support/management/scripted-tenant.ts';
import { expectError } from '../../support/setup/expect-error.ts';

const staff = { name: 'Staff', enabled_clients: ['one', 7, 'two'] };
const find = (body: unknown, more: Partial<ScriptedResponse> = {}) =>
  new ScriptedTenant(() => ({ body, ...more })).connect().tenantSettings.connection('Staff');

describe('TenantSettings.connection', () => {
  it.each([
    ['a list', [staff]],
    ['a page', { start: 0, limit: 50, total: 1, connections: [staff] }],
    ['a list that is not filtered', [{ name: 'Other' }, staff]],
  ])('finds a connection by its exact name in %s', async (_, body) => {
    expect(await find(body)).toEqual({ enabledClients: ['one', 'two'] });
  });

  it('does not know the clients if the tenant does not list them', async () => {
    expect(await find([{ name: 'Staff' }])).toEqual({ enabledClients: undefined });
  });

  it.each([[[]], [[{ name: 'staff' }]]])('returns undefined if there is none: %j', async (body) => {
    expect(await find(body)).toBeUndefined();
  });

  it('reports a malformed response', async () => {
    await expectError(find({}), 'management_malformed', /Expected a JSON object/);
  });

  it('returns a connection, nothing, or throws a coded error, for any JSON', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (body) => {
        const found = await find(body).catch((error: unknown) => error);
        if (found instanceof Error) expect(found).toBeInstanceOf(CodedError);
        else expect(typeof (found ?? {})).toBe('object');
      }),
    );
  });
});
