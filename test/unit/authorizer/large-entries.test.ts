/** The HTTP client reads 256 KB. An item with a larger entry (base64 in JSON) can be written, but never read: every lookup pays for both. */
import { expect, it } from 'vitest';
import { Fleet } from '../../support/core/fleet.ts';
import { activePassword } from '../../support/core/introspection-responses.ts';

it('an entry that nobody can read again is not written', async () => {
  const scope = Array.from({ length: 20_000 }, (_, index) => `scope:${index}`).join(' '); // a response of 230 KB
  const fleet = new Fleet(() => activePassword({ scope, token_type: 'bearer' }));
  await fleet.reason(0, 'Bearer large');
  const sizes = [...fleet.entries.entries.values()].map((sealed) => sealed.length);
  expect(sizes.filter((size) => size > 250_000)).toEqual([]);
});
