import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runProperty } from '../../fuzz/run-property.ts';

const quiet = { seed: 5, report: () => {} };

/** Records the cases that it runs. Numbers from 17 on are wrong. */
function demo() {
  const seen: number[] = [];
  const faultsOf = async (testCase: { number: number }) => {
    seen.push(testCase.number);
    return testCase.number >= 17 ? ['too large', 'and odd'] : [];
  };
  return { seen, property: { name: 'demo', cases: fc.record({ number: fc.nat(16) }), faultsOf } };
}

describe('runProperty', () => {
  it('runs the requested number of cases', async () => {
    const { seen, property } = demo();
    await runProperty(property, { ...quiet, cases: 123 });
    expect(seen).toHaveLength(123);
  });

  it('counts several cases per generated value if the property says so', async () => {
    const { seen, property } = demo();
    await runProperty({ ...property, casesPerRun: 40 }, { ...quiet, cases: 123 });
    expect(seen).toHaveLength(4);
  });

  it('runs the fixed cases first', async () => {
    const { seen, property } = demo();
    await runProperty({ ...property, first: [{ number: 3 }, { number: 2 }] }, { ...quiet, cases: 10 });
    expect(seen).toHaveLength(10);
    expect(seen.slice(0, 2)).toEqual([3, 2]);
  });

  it('generates the same cases from the same seed', async () => {
    const [one, other] = [demo(), demo()];
    await runProperty(one.property, { ...quiet, cases: 50 });
    await runProperty(other.property, { ...quiet, cases: 50 });
    expect(one.seen).toEqual(other.seen);
  });

  it('shrinks the first wrong case and prints how to repeat it', async () => {
    const { property } = demo();
    const wide = { ...property, cases: fc.record({ number: fc.nat(1000) }) };
    const message = await runProperty(wide, { ...quiet, cases: 500 }).catch(String);
    expect(message).toContain('too large; and odd');
    expect(message).toContain('{"number":17}');
    expect(message).toContain('npm run fuzz -- --only demo --cases 500 --seed 5');
  });
});
