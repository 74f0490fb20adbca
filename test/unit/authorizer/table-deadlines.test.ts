import { expect, it } from 'vitest';
import { TableError } from '../../../src/shared-state/ports.ts';
import { SharedCache } from '../../../src/shared-state/shared-cache.ts';
import { FrozenClock } from '../../support/core/clock.ts';
import { Fleet } from '../../support/core/fleet.ts';
import { activePassword } from '../../support/core/introspection-responses.ts';
import { accessTokenClaims, JWKS_URL, makeIssuerKey, mint } from '../../support/core/issuer.ts';
import { json } from '../../support/core/scripted-http.ts';

const key = await makeIssuerKey('key-1');

it('the first call to the shared cache takes at most one second, the pepper included', async () => {
  const clock = new FrozenClock();
  const cache = new SharedCache({
    clock: clock.read,
    sleep: () => new Promise(() => undefined),
    fingerprint: 'f',
    readPepper: async () => {
      clock.nowMs += 900;
      return 'p'.repeat(64);
    },
    table: {
      read: async (_, timeoutMs) => {
        clock.nowMs += timeoutMs;
        throw new TableError('timeout', 'Down.');
      },
      write: async () => undefined,
    },
  });
  const startedAtMs = clock.nowMs;
  await cache.read({ kind: 'bearer', token: 'abcdefghijklmnop' });
  expect(clock.nowMs - startedAtMs).toBeLessThanOrEqual(1000);
});

/** The write of the shared cache, after all else. */
const WRITE_MS = 150;

it('a decision ends within five seconds and a write, on which the second flush relies', async () => {
  const fleet: Fleet = new Fleet(
    ({ timeoutMs }) => {
      fleet.clock.nowMs += Math.min(timeoutMs, 2900);
      return fleet.calls % 2 === 1 ? json(503, {}) : activePassword();
    },
    { revocation: { table: 'marks', seconds: 5, revokeJwts: true } },
    {
      sharedCache: {
        readPepper: async () => {
          fleet.clock.nowMs += 900;
          return 'p'.repeat(64);
        },
        table: {
          read: async (_id, timeoutMs) => {
            fleet.clock.nowMs += timeoutMs;
            throw new TableError('timeout', 'Down.');
          },
          write: async (_id, _sealed, _expires, timeoutMs) => {
            fleet.clock.nowMs += timeoutMs;
          },
        },
      },
    },
  );
  const startedAtMs = fleet.clock.nowMs;
  await fleet.reason(0, 'Bearer abcdefghijklmnop');
  expect(fleet.clock.nowMs - startedAtMs).toBeLessThanOrEqual(5000 + WRITE_MS);
});

it('with revokeJwts, requests are let in again soon after the table of marks is back', async () => {
  const fleet = new Fleet(({ url }) => (url === JWKS_URL ? json(200, { keys: [key.publicJwk] }) : activePassword()), {
    revocation: { table: 'marks', seconds: 5, revokeJwts: true },
  });
  const iat = Math.floor(fleet.clock.nowMs / 1000);
  const token = `Bearer ${await mint(key, accessTokenClaims({ iat, exp: iat + 3600 }))}`;
  const { read } = fleet.marks;
  fleet.marks.read = () => Promise.reject(new TableError('denied', 'Down.'));
  for (let second = 0; second < 35; second += 1) {
    expect(await fleet.reason(0, token)).toBe('revocations_unreadable');
    fleet.clock.advanceSeconds(1);
  }
  fleet.marks.read = read.bind(fleet.marks);
  fleet.clock.advanceSeconds(5);
  expect(await fleet.reason(0, token)).toBe('allowed');
});
