/** `docs/scaling.md` and its plots are what `npm run simulate -- --write-docs` writes, and its numbers can be repeated. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { QUICK, run } from '../../../bench/simulation/experiments.ts';
import { plotFiles, withTables } from '../../../bench/simulation/page.ts';
import { DOCS, PAGE, readRecorded, readRevocationDelays } from '../../../bench/simulation/recorded.ts';
import { loadName } from '../../support/simulation/load-name.ts';

const STALE = 'Run "npm run simulate -- --write-docs".';
const recorded = readRecorded();

describe('the page about scaling', () => {
  it('has the tables of the recorded results', () => {
    const page = readFileSync(PAGE, 'utf8');
    expect(withTables(page, recorded), STALE).toBe(page);
  });

  it('has the plots of the recorded results', async () => {
    const plots = await plotFiles(recorded, readRevocationDelays());
    expect([...plots.keys()]).toEqual(['introspections.svg', 'revocation.svg', 'cold-starts.svg']);
    for (const [name, svg] of plots) expect(svg, STALE).toBe(readFileSync(`${DOCS}scaling/${name}`, 'utf8'));
  });

  it('has plots without a background, which GitHub shows in light and dark', async () => {
    for (const svg of (await plotFiles(recorded, readRevocationDelays())).values()) {
      expect(svg).not.toMatch(/fill="(?:white|#fff(?:fff)?|black|#000(?:000)?)"/);
    }
  });

  it('cannot lose a table unnoticed', () => {
    expect(() => withTables('', recorded)).toThrow('docs/scaling.md lacks <!-- table "loads"');
  });
});

describe('the recorded results', () => {
  it('are what the caches do now, in the simulations that take seconds', async () => {
    const { findings } = recorded;
    const { loads, containers } = await run(QUICK, findings.seed, () => {});
    const found = new Map([...findings.loads, ...findings.containers].map((pair) => [loadName(pair), pair]));
    for (const pair of [...loads, ...containers]) expect(found.get(loadName(pair)), STALE).toEqual(pair);
    expect(loads.length + containers.length).toBe(4);
  });
});
