/** Each of these is refused or looked up in any case, and costs a strongly consistent read and its latency. */
import { expect, it } from 'vitest';
import { Fleet } from '../../support/core/fleet.ts';
import { activePassword } from '../../support/core/introspection-responses.ts';

it.each([
  ['a token too long for any lookup', {}, `Bearer ${'x'.repeat(8193)}`],
  ['any credential, if the TTL is 0', { cacheTtlSeconds: 0 }, 'Bearer abcdefghijklmnop'],
])('the shared cache is not asked about %s', async (_, configuration, authorization) => {
  const fleet = new Fleet(() => activePassword(), configuration);
  await fleet.reason(0, authorization);
  expect(fleet.entries.reads).toBe(0);
});
