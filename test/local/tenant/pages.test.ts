import fc from 'fast-check';
import { expect, it } from 'vitest';
import { pageReply } from '../../../local/tenant/pages.ts';
import { manage } from '../../support/tenant/requests.ts';
import { open } from '../../support/tenant/tenant.ts';

it('per_page and take are accepted together', async () => {
  const { tenant } = await open();
  const { status, body } = await manage(tenant, 'GET', 'client-grants?take=2&per_page=1');
  expect(status).toBe(200);
  expect(body.client_grants).toHaveLength(2);
});

it.each([
  ['per_page=101', "'Value 101 is greater than maximum 100' on property per_page"],
  ['per_page=0', "'Value 0 is less than minimum 1' on property per_page"],
  ['page=-1', "'Expected type integer but found type string' on property page"],
  ['take=101', "'Value 101 is greater than maximum 100' on property take"],
  ['from=nonsense', "'Invalid checkpoint' on property from"],
  ['include_totals=maybe', "'Expected type boolean but found type string' on property include_totals"],
])('a list with the query %s is refused', async (query, message) => {
  const { tenant } = await open();
  expect(await manage(tenant, 'GET', `client-grants?${query}`)).toMatchObject({
    status: 400,
    body: { errorCode: 'invalid_query_string', message: expect.stringContaining(message) },
  });
});

it('checkpoint pages of any size add up to the list', () => {
  fc.assert(
    fc.property(fc.array(fc.integer(), { maxLength: 300 }), fc.integer({ min: 1, max: 100 }), (items, take) => {
      const seen: unknown[] = [];
      const query = new URLSearchParams({ take: String(take) });
      for (let next: string | undefined = ''; next !== undefined; ) {
        const page = pageReply('items', items, query).body as { items: unknown[]; next?: string };
        seen.push(...page.items);
        next = page.next;
        if (next !== undefined) query.set('from', next);
      }
      expect(seen).toStrictEqual(items);
    }),
  );
});
