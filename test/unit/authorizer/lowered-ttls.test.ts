/** A deployment that lowers its TTLs keeps the table, the pepper and the fingerprint. Its limits must count from the lookup. */
import { expect, it } from 'vitest';
import { Fleet } from '../../support/core/fleet.ts';
import { activePassword, INACTIVE } from '../../support/core/introspection-responses.ts';
import { json, type Reply } from '../../support/core/scripted-http.ts';

const BEARER = 'Bearer abcdefghijklmnop';

function redeployed(before: object, after: object) {
  let response: Reply = activePassword();
  const old = new Fleet(() => response, { ...before });
  const current = new Fleet(() => response, { ...after });
  current.entries.read = old.entries.read.bind(old.entries);
  current.entries.write = old.entries.write.bind(old.entries);
  return { old, current, respond: (reply: Reply) => (response = reply) };
}

it('the TTL of the container that reads an entry counts from the lookup, not from each reading', async () => {
  const { old, current, respond } = redeployed({ cacheTtlSeconds: 86_400 }, { cacheTtlSeconds: 60 });
  await old.reason(0, BEARER);
  respond(INACTIVE);
  const seen: string[] = [];
  for (let second = 0; second < 3600; second += 61) {
    seen.push(await current.reason(0, BEARER));
    current.clock.advanceSeconds(61);
  }
  expect(seen.filter((reason) => reason === 'allowed').length).toBeLessThanOrEqual(1);
});

it('staleIfErrorSeconds 0 accepts no stale principal, although an entry allows it', async () => {
  const { old, current, respond } = redeployed({ staleIfErrorSeconds: 86_400 }, { staleIfErrorSeconds: 0 });
  await old.reason(0, BEARER);
  respond(json(503, {}));
  current.clock.advanceSeconds(20_000);
  expect(await current.reason(0, BEARER)).toBe('issuer_unavailable');
});
