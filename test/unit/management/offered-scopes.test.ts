import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SetupError } from '../../../src/management/errors.ts';
import { ScriptedTenant } from '../../support/management/scripted-tenant.ts';
import { expectError } from '../../support/setup/expect-error.ts';

const answering = (body: unknown) => new ScriptedTenant(() => ({ body }));
const read = (body: unknown) => answering(body).connect().offeredScopes.read('rs_1');

describe('the scopes that a resource server offers', () => {
  it('are read with their descriptions', async () => {
    const scopes = [{ value: 'read:foo', description: 'Read foos' }, { value: 'a' }, { value: 'b', description: null }];
    expect(await read({ scopes })).toEqual([
      { value: 'read:foo', description: 'Read foos' },
      { value: 'a' },
      { value: 'b' },
    ]);
    expect(await read({})).toEqual([]);
  });

  it('are replaced as a whole, by the id of the resource server', async () => {
    const tenant = answering({});
    await tenant.connect().offeredScopes.replace('rs_1', [{ value: 'a', description: 'A' }, { value: 'b' }]);
    expect(tenant.log.at(-1)).toBe('PATCH /api/v2/resource-servers/rs_1');
    expect(tenant.requests.at(-1)?.body).toEqual({ scopes: [{ value: 'a', description: 'A' }, { value: 'b' }] });
  });

  it.each([
    [null],
    [7],
    [{ scopes: 'a' }],
    [{ scopes: ['a'] }],
    [{ scopes: [{ value: 1 }] }],
    [{ scopes: [{ value: 'a', description: 1 }] }],
  ])('are malformed as %j, so that no entry gets lost', async (body) => {
    await expectError(read(body), 'management_malformed', /Expected a list of scopes/);
  });

  it('are a list or an error, for any response', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.jsonValue(), fc.record({ scopes: fc.jsonValue() })), async (body) => {
        const result = await read(body).catch((error: unknown) => error);
        expect(Array.isArray(result) || result instanceof SetupError).toBe(true);
      }),
    );
  });
});
