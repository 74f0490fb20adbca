import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TableError } from '../../../src/shared-state/ports.ts';
import { basic } from '../../support/core/composed.ts';
import { Fleet } from '../../support/core/fleet.ts';
import { activePassword, INACTIVE } from '../../support/core/introspection-responses.ts';
import { form } from '../../support/core/scripted-http.ts';

const TTL_MS = 300_000;
const REVOCATION_MS = 5000;
const NEGATIVE_TTL_MS = 10_000;
const CONTAINERS = 4;

const SECRETS = ['abcdefghijklmnop', 'ponmlkjihgfedcba'] as const;
const CREDENTIALS = SECRETS.flatMap((secret) => [
  { secret, authorization: `Bearer ${secret}` },
  { secret, authorization: basic('user@example.com', secret) },
]);

const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('request' as const),
      container: fc.nat(CONTAINERS - 1),
      credential: fc.nat(CREDENTIALS.length - 1),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      ms: fc.constantFrom(1, 200, 4999, 5000, 10_000, 60_000, 299_999),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('delete' as const),
      secret: fc.constantFrom(...SECRETS),
      marked: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('create' as const), secret: fc.constantFrom(...SECRETS) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const), container: fc.nat(CONTAINERS - 1) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('table' as const), state: fc.constantFrom('up', 'down', 'swapped') }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('pepper' as const), pepper: fc.constantFrom('p', 'q') }) },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

/** What the issuer says about one secret, and since when. */
interface Truth {
  isActive: boolean;
  sinceMs: number;
  /** When the first mark after the deletion was written. */
  markedAtMs: number | undefined;
}

/** Plays a history, and returns every decision that the rules do not allow. */
async function wrongDecisions(history: readonly Step[], random: () => number): Promise<readonly string[]> {
  const truths = new Map<string, Truth>(
    SECRETS.map((secret) => [secret, { isActive: true, sinceMs: Number.NEGATIVE_INFINITY, markedAtMs: undefined }]),
  );
  const truthOf = (secret: unknown) => truths.get(String(secret));
  const issuer = (request: Parameters<typeof form>[0]) =>
    truthOf(form(request).token)?.isActive ? activePassword() : INACTIVE;
  const fleet = new Fleet(issuer, {}, { random });
  const { read } = fleet.entries;
  const tables: Readonly<Record<string, typeof read>> = {
    up: (id) => read.call(fleet.entries, id),
    down: () => Promise.reject(new TableError('timeout', 'Down.')),
    swapped: async () => [...fleet.entries.entries.values()][0],
  };
  const wrong: string[] = [];
  const actions: { readonly [Do in Step['do']]: (step: Step & { do: Do }) => void | Promise<void> } = {
    request: async ({ container, credential }) => {
      const { secret, authorization } = CREDENTIALS[credential] ?? { secret: '', authorization: '' };
      const reason = await fleet.reason(container, authorization);
      const fault = faultOf(reason === 'allowed', truthOf(secret), fleet.clock.nowMs);
      if (fault) wrong.push(`${fault}: ${reason}`);
    },
    wait: ({ ms }) => {
      fleet.clock.nowMs += ms;
    },
    delete: ({ secret, marked }) => {
      const truth = truthOf(secret);
      if (!truth) return;
      if (truth.isActive) Object.assign(truth, { isActive: false, sinceMs: fleet.clock.nowMs, markedAtMs: undefined });
      if (marked) fleet.revoke('introspected');
      if (marked) truth.markedAtMs ??= fleet.clock.nowMs;
    },
    create: ({ secret }) => {
      const truth = truthOf(secret);
      if (truth && !truth.isActive) Object.assign(truth, { isActive: true, sinceMs: fleet.clock.nowMs });
    },
    restart: ({ container }) => fleet.restart(container),
    table: ({ state }) => {
      fleet.entries.read = tables[state] ?? read;
    },
    pepper: ({ pepper }) => {
      fleet.pepper = pepper.repeat(64);
    },
  };
  for (const each of history) await (actions[each.do] as (step: Step) => void | Promise<void>)(each);
  return wrong;
}

function faultOf(isAllowed: boolean, truth: Truth | undefined, nowMs: number): string | undefined {
  if (!truth) return 'an unknown secret';
  const { isActive, sinceMs, markedAtMs } = truth;
  if (isActive) return !isAllowed && nowMs - sinceMs > NEGATIVE_TTL_MS ? 'refused although it is active' : undefined;
  if (!isAllowed) return undefined;
  if (nowMs - sinceMs >= TTL_MS) return 'allowed although it was deleted a TTL ago';
  const isMarked = markedAtMs !== undefined && nowMs - markedAtMs >= REVOCATION_MS;
  return isMarked ? 'allowed although its deletion was marked' : undefined;
}

describe('in any history of requests, deletions, marks, restarts, broken tables and new peppers', () => {
  it('no container allows what was deleted, and none refuses what is active', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), fc.constantFrom(0, 0.5, 0.999), async (history, drawn) => {
        expect(await wrongDecisions(history, () => drawn)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});
