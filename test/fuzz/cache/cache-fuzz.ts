/**
 * The cache fuzz: one process serves many requests over time. Each outcome is compared with what the server had
 * responded by then.
 */
import type { Fuzz } from '../fuzz.ts';
import { runProperty } from '../run-property.ts';
import { faultsIn } from './model.ts';
import { Process } from './process.ts';
import { FLOOD_OF_REFUSALS, REQUESTS_PER_SCENARIO, scenarios } from './scenario.ts';

export const cacheFuzz: Fuzz = {
  name: 'cache',
  /** `cases` counts requests. A scenario contains a few dozen of them. */
  run: (options) =>
    runProperty(
      {
        name: 'cache',
        cases: scenarios,
        first: [FLOOD_OF_REFUSALS],
        casesPerRun: REQUESTS_PER_SCENARIO,
        faultsOf: async (scenario) => faultsIn(scenario, await new Process(scenario).run()),
      },
      options,
    ),
};
