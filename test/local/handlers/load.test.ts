/** The load test of `test/package/load.test.ts` in a small form. */
import { expect, it, onTestFinished } from 'vitest';
import { SeededRandom } from '../../../bench/simulation/random.ts';
import { startFleet } from '../../support/handlers/fleet.ts';
import { sendLoad } from '../../support/handlers/load.ts';
import { failSometimes, mixedCredentials } from '../../support/handlers/load-credentials.ts';

it('600 requests to two processes with a failing tenant: no wrong response, and one introspection for each token', async () => {
  const fleet = await startFleet({ size: 2 });
  onTestFinished(() => fleet.close());
  fleet.tenant.rateLimits.set('authentication', { limit: 10_000, windowSeconds: 1 });
  const random = new SeededRandom(1);
  failSometimes(fleet.tenant, random, 0.05);
  const credentials = mixedCredentials(fleet.tenant, 60);
  const { wrong, unavailable } = await sendLoad({ processes: fleet.processes, credentials, requests: 600, random });
  expect(wrong).toEqual([]);
  expect(unavailable).toBeLessThan(20);
  // Seven credentials in ten are opaque and known to the tenant. Two processes that ask at the same moment both write.
  const written = fleet.aws.calls.filter(({ operation }) => operation === 'PutItem').length;
  expect(written).toBeGreaterThanOrEqual(42);
  expect(written).toBeLessThan(50);
});
