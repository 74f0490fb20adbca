import { describe, expect, it } from 'vitest';
import { cacheFuzz } from '../../fuzz/cache/cache-fuzz.ts';
import { handlerFuzz } from '../../fuzz/handler/handler-fuzz.ts';

/** As many cases as run in a second or two; `npm run fuzz` runs more. */
const SHORT = [
  { fuzz: handlerFuzz, cases: 3000 },
  { fuzz: cacheFuzz, cases: 8000 },
];
const SEED = 20260115;

describe.each(SHORT)('a short run of the $fuzz.name fuzz', ({ fuzz, cases }) => {
  it('finds no case in which product and model disagree', async () => {
    await expect(fuzz.run({ cases, seed: SEED, report: () => {} })).resolves.toBeUndefined();
  }, 120_000);
});
