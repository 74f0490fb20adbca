/** The cache fuzz: one process serves many requests over time, and each is compared with what the server had said by then. */
import type { Fuzz } from '../fuzz.ts';
import { runProperty } from '../run-property.ts';
import { faultsIn } from './model.ts';
import { Process } from './process.ts';
import { FLOOD_OF_REFUSALS, REQUESTS_A_SCENARIO, scenarios } from './scenario.ts';

export const cacheFuzz: Fuzz = {
  name: 'cache',
  /** `cases` counts requests; a scenario has some dozens. */
  run: (options) =>
    runProperty(
      {
        name: 'cache',
        cases: scenarios,
        first: [FLOOD_OF_REFUSALS],
        casesARun: REQUESTS_A_SCENARIO,
        faultsOf: async (scenario) => faultsIn(scenario, await new Process(scenario).run()),
      },
      options,
    ),
};
