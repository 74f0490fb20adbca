/**
 * Runs a rotation, a revocation and a deployment at the same time, one outside call at a time. These tests allow one or two
 * interruptions; `npm run fuzz -- --only races` allows three.
 */
import { describe, expect, it } from 'vitest';
import { exploreRace } from '../../support/rotation/explore-race.ts';
import { deploymentProcess, revocationProcess, stepProcess } from '../../support/rotation/races.ts';
import { STEP_NAMES } from '../../support/rotation/world.ts';

const DELIVERIES = ['verificationKey', 'verificationKeys', 'verificationLocation', 'wellKnown'] as const;

describe.each(DELIVERIES)('concurrent changes of the signing key with %s', (delivery) => {
  it.each(STEP_NAMES)(
    'a revocation wins, whether it interrupts the step %s or the step interrupts it',
    async (before) => {
      const processes = [stepProcess(before), revocationProcess()];
      const explored = await exploreRace({ before, delivery, processes }, { mostInterruptions: 1 });
      expect(explored.isComplete && explored.states > 50).toBe(true);
    },
  );

  it.each(STEP_NAMES)('a deployment does not change how %s ends', async (before) => {
    const processes = [stepProcess(before), deploymentProcess()];
    await exploreRace({ before, delivery, processes }, { mostInterruptions: 1 });
  });
});

describe('concurrent changes of a list that also holds foreign keys', () => {
  it('a revocation wins if it interrupts the last step twice, and if the last step interrupts it twice', async () => {
    const processes = [stepProcess('finishSecret'), revocationProcess()];
    const race = { before: 'finishSecret', delivery: 'verificationKeys', processes } as const;
    const explored = await exploreRace(race, { mostInterruptions: 2 });
    expect(explored.isComplete && explored.states > 500).toBe(true);
  });

  it('a rotation, a revocation and a deployment at the same time end correctly', async () => {
    const processes = [stepProcess('setSecret'), revocationProcess(), deploymentProcess()];
    await exploreRace({ before: 'setSecret', delivery: 'verificationKeys', processes }, { mostInterruptions: 1 });
  });

  it('two revocations at the same time leave one key that was not revoked', async () => {
    const processes = [revocationProcess('emergency-1'), revocationProcess('emergency-2')];
    await exploreRace({ before: 'createSecret', delivery: 'verificationKeys', processes }, { mostInterruptions: 1 });
  });
});
