/**
 * Runs rotation, revocation and deployment at the same time: every order of their outside calls with at most three
 * interruptions, one race after the other. `cases` limits the runs of each race. The orders are enumerated, not random:
 * the seed has no effect.
 */
import { exploreRace, type Race } from '../support/rotation/explore-race.ts';
import { deploymentProcess, revocationProcess, stepProcess } from '../support/rotation/races.ts';
import { STEP_NAMES } from '../support/rotation/world.ts';
import type { Fuzz } from './fuzz.ts';

const DELIVERIES = ['verificationKeys', 'verificationKey', 'verificationLocation', 'wellKnown'] as const;
/** More interruptions than this found nothing new, and multiply the number of orders. */
const MOST_INTERRUPTIONS = 3;

export const racesFuzz: Fuzz = {
  name: 'races',
  run: async ({ cases, report }) => {
    for (const [name, race] of races()) {
      const bounds = { mostRuns: cases, mostInterruptions: MOST_INTERRUPTIONS };
      const { states, isComplete } = await exploreRace(race, {
        ...bounds,
        report: (runs) => report(`${name}: ${runs} orders so far`),
      });
      report(
        `${name}: ${states} states, ${isComplete ? `every order with at most ${MOST_INTERRUPTIONS} interruptions` : `the first ${cases} orders`}`,
      );
    }
  },
};

function* races(): Generator<readonly [name: string, race: Race]> {
  for (const delivery of DELIVERIES) {
    for (const before of STEP_NAMES) {
      const race = (processes: Race['processes']): Race => ({ before, delivery, processes });
      yield [`${before} and a revocation, ${delivery}`, race([stepProcess(before), revocationProcess()])];
      yield [`${before} and a deployment, ${delivery}`, race([stepProcess(before), deploymentProcess()])];
      yield [
        `${before}, a revocation and a deployment, ${delivery}`,
        race([stepProcess(before), revocationProcess(), deploymentProcess()]),
      ];
    }
    const two = [revocationProcess('emergency-1'), revocationProcess('emergency-2')];
    yield [`two revocations, ${delivery}`, { before: 'createSecret', delivery, processes: two }];
  }
}
