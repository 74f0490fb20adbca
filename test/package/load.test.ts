/**
 * Eight processes with the built bundle, one tenant and one table: under load and with faults, no response is wrong, and the tenant is
 * asked as often as the simulation predicts.
 */
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { SeededRandom } from '../../bench/simulation/random.ts';
import { USUAL } from '../../bench/simulation/scenario.ts';
import { simulateBeginning } from '../../bench/simulation/simulate.ts';
import { startEmulatedAccount } from '../support/handlers/emulated-account.ts';
import { type Fleet, type FleetOptions, startFleet } from '../support/handlers/fleet.ts';
import { sendLoad } from '../support/handlers/load.ts';
import { failSometimes, mixedCredentials, opaqueTokens } from '../support/handlers/load-credentials.ts';

const SIZE = 8;
const ministack = inject('ministack');
const MEGABYTE = 1_000_000;
/** Of this tenant, this table and these processes, roughly; the prediction hardly depends on them. */
const DURATIONS_MS = { handler: 1, table: 2, issuer: 5, coldStart: 0 };

async function start(options: Omit<FleetOptions, 'size'>): Promise<Fleet> {
  const fleet = await startFleet({ size: SIZE, ...options });
  onTestFinished(() => fleet.close());
  fleet.tenant.rateLimits.set('authentication', { limit: 1_000_000, windowSeconds: 1 });
  return fleet;
}

it('50,000 requests with 5,000 credentials and a failing tenant: no wrong response, and memory stays flat', async () => {
  const fleet = await start({ config: { cacheTtlSeconds: 300 } });
  const random = new SeededRandom(1);
  const answered = failSometimes(fleet.tenant, random, 0.03);
  const common = { processes: fleet.processes, credentials: mixedCredentials(fleet.tenant, 5000), random };
  const results = [await sendLoad({ ...common, requests: 40_000 })];
  const before = await heapOf(fleet);
  results.push(await sendLoad({ ...common, requests: 10_000 }));
  expect(results.flatMap(({ wrong }) => wrong)).toEqual([]);
  expect(results.reduce((sum, { unavailable }) => sum + unavailable, 0)).toBeLessThan(1000);
  // Seven credentials in ten are opaque and known to the tenant. Two processes that ask at the same moment both write.
  const written = fleet.aws.calls.filter(({ operation }) => operation === 'PutItem').length;
  expect(written).toBeGreaterThan(3400);
  expect(written).toBeLessThan(3850);
  // Refusals are not shared, so each process asks again every `negativeTtlSeconds`.
  expect(answered()).toBeGreaterThan(written);
  expect((await heapOf(fleet)) - before).toBeLessThan(5 * MEGABYTE);
}, 300_000);

it.skipIf(ministack === '')(
  '2,000 requests over the tables of the AWS emulator: no wrong response',
  async () => {
    const account = await startEmulatedAccount(ministack);
    onTestFinished(() => account.close());
    const fleet = await start({ account });
    const random = new SeededRandom(2);
    const answered = failSometimes(fleet.tenant, random, 0);
    const credentials = opaqueTokens(fleet.tenant, 100);
    const { wrong, unavailable } = await sendLoad({ processes: fleet.processes, credentials, requests: 2000, random });
    expect({ wrong, unavailable }).toEqual({ wrong: [], unavailable: 0 });
    // Without the table, each of the eight processes would ask about each token.
    expect(answered()).toBeLessThan(200);
  },
  120_000,
);

describe.each([1, 2, 3])('with the seed %i, the tenant is asked as often as the simulation predicts', (seed) => {
  it.each([false, true])(
    'with the shared cache: %s',
    async (isShared) => {
      const load = { credentials: 200, requestsPerSecond: 150, seconds: 15, cacheTtlSeconds: 4 };
      const fleet = await start({ isShared, config: { cacheTtlSeconds: load.cacheTtlSeconds } });
      const asked = failSometimes(fleet.tenant, new SeededRandom(seed), 0);
      const { wrong, unavailable } = await sendLoad({
        processes: fleet.processes,
        credentials: opaqueTokens(fleet.tenant, load.credentials),
        requests: load.requestsPerSecond * load.seconds,
        requestsPerSecond: load.requestsPerSecond,
        random: new SeededRandom(seed),
      });
      expect({ wrong, unavailable }).toEqual({ wrong: [], unavailable: 0 });
      const scenario = {
        ...USUAL,
        durationsMs: DURATIONS_MS,
        callers: load.credentials,
        meanIntervalSeconds: load.credentials / load.requestsPerSecond,
        gatewayTtlSeconds: 0,
        cacheTtlSeconds: load.cacheTtlSeconds,
        warmContainers: SIZE,
        placement: 'spread' as const,
        isShared,
      };
      const { usage } = await simulateBeginning(scenario, { seconds: load.seconds, seed });
      expect(asked() / usage.introspections).toBeGreaterThan(0.9);
      expect(asked() / usage.introspections).toBeLessThan(1.1);
    },
    60_000,
  );
});

async function heapOf({ processes }: Fleet): Promise<number> {
  const memories = await Promise.all(processes.map((one) => one.memory()));
  return Math.max(...memories.map(({ heapUsed }) => heapUsed));
}
