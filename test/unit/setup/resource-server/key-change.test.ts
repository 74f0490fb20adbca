import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KeyPatch, KeyProperties, WantedKeyProperties } from '../../../../src/management/key-properties.ts';
import {
  type KeyTraces,
  keyChange,
  keyRestoration,
  settledTraces,
  shadowingProperties,
  witnessedTraces,
} from '../../../../src/setup/resource-server/key-change.ts';
import { NO_KEYS } from '../../../support/setup/ports.ts';

const FOREIGN = { kid: 'foreign', pem: 'foreign pem' };
const OLD = { kid: 'old', pem: 'old pem' };
const NEW = { kid: 'new', pem: 'new pem' };

const wanting = (properties: Partial<WantedKeyProperties>): WantedKeyProperties => ({ ...NO_KEYS, ...properties });
const holding = (properties: Partial<KeyProperties>): KeyProperties => ({ ...NO_KEYS, ...properties });
const patched = (current: KeyProperties, patch: KeyPatch): KeyProperties => ({ ...current, ...patch });

/** Plans a change and carries it out. */
function change(current: KeyProperties, wanted: WantedKeyProperties, traces: KeyTraces = {}) {
  const planned = keyChange(current, wanted, traces);
  return { ...planned, after: patched(current, planned.patch) };
}

describe('a change', () => {
  it('is nothing where the record holds what is wanted, however it is laid out', () => {
    const current = holding({ verificationKey: { n: '1', kty: 'RSA' } });
    expect(keyChange(current, wanting({ verificationKey: '{"kty":"RSA","n":"1"}' }), {})).toEqual({
      patch: {},
      traces: {},
    });
  });

  it('of one slot writes down what was there before', () => {
    expect(keyChange(holding({ verificationKey: 'theirs' }), wanting({ verificationKey: 'ours' }), {})).toEqual({
      patch: { verificationKey: 'ours' },
      traces: { verificationKey: { before: 'theirs', ours: ['ours'] } },
    });
  });

  it('that comes after another never takes our own value for the earlier one', () => {
    const first = change(holding({ verificationKey: 'theirs' }), wanting({ verificationKey: 'one' }));
    const second = change(first.after, wanting({ verificationKey: 'two' }), first.traces);
    expect(second.traces).toEqual({ verificationKey: { before: 'theirs', ours: ['one', 'two'] } });
  });

  it('of delivery removes what we wrote for the other mode, in the same patch', () => {
    const first = change(holding({ verificationLocation: 'theirs' }), wanting({ verificationKey: 'ours' }));
    const second = change(first.after, wanting({ verificationLocation: 'url' }), first.traces);
    expect(second.patch).toEqual({ verificationKey: null, verificationLocation: 'url' });
    expect(second.traces).toEqual({
      verificationKey: { before: null, ours: ['ours', null] },
      verificationLocation: { before: 'theirs', ours: ['url'] },
    });
  });

  it('of delivery leaves what others wrote for the other mode', () => {
    const current = holding({ verificationKey: 'theirs', verificationKeys: [FOREIGN] });
    expect(keyChange(current, wanting({ verificationLocation: 'url' }), {}).patch).toEqual({
      verificationLocation: 'url',
    });
  });

  it('of delivery leaves what others wrote over ours', () => {
    const first = change(NO_KEYS, wanting({ verificationKey: 'ours' }));
    const current = holding({ verificationKey: 'theirs' });
    expect(keyChange(current, NO_KEYS, first.traces).patch).toEqual({});
  });

  it('of a list keeps the keys of others in their place and adds ours', () => {
    const { patch, traces } = keyChange(
      holding({ verificationKeys: [FOREIGN] }),
      wanting({ verificationKeys: [NEW] }),
      {},
    );
    expect(patch).toEqual({ verificationKeys: [FOREIGN, NEW] });
    expect(traces).toEqual({ verificationKeys: { before: [FOREIGN], ours: [NEW] } });
  });

  it('of a list by rotation adds the new key beside the old, then drops the old', () => {
    const first = change(holding({ verificationKeys: [FOREIGN] }), wanting({ verificationKeys: [OLD] }));
    const second = change(first.after, wanting({ verificationKeys: [OLD, NEW] }), first.traces);
    expect(second.after.verificationKeys).toEqual([FOREIGN, OLD, NEW]);
    const third = change(second.after, wanting({ verificationKeys: [NEW] }), second.traces);
    expect(third.after.verificationKeys).toEqual([FOREIGN, NEW]);
  });

  it('of a list that was ours alone takes the property off', () => {
    const first = change(NO_KEYS, wanting({ verificationKeys: [OLD] }));
    expect(keyChange(first.after, NO_KEYS, first.traces).patch).toEqual({ verificationKeys: null });
  });

  it('of a list replaces what has our kid but another key, and hands the place back afterwards', () => {
    const stranger = { kid: 'new', pem: 'another pem' };
    const first = change(holding({ verificationKeys: [stranger, FOREIGN] }), wanting({ verificationKeys: [NEW] }));
    expect(first.after.verificationKeys).toEqual([NEW, FOREIGN]);
    expect(keyRestoration(first.after, first.traces)).toEqual({ verificationKeys: [stranger, FOREIGN] });
  });

  it('of something that should be a list and is not puts it back afterwards', () => {
    const first = change(holding({ verificationKeys: { odd: true } }), wanting({ verificationKeys: [NEW] }));
    expect(first.after.verificationKeys).toEqual([NEW]);
    expect(keyRestoration(first.after, first.traces)).toEqual({ verificationKeys: { odd: true } });
  });
});

describe('a restoration', () => {
  it('restores what was there, and removes what was not', () => {
    const first = change(holding({ verificationKey: 'theirs' }), wanting({ verificationKey: 'ours' }));
    const second = change(first.after, wanting({ verificationLocation: 'url' }), first.traces);
    expect(keyRestoration(second.after, second.traces)).toEqual({
      verificationKey: 'theirs',
      verificationLocation: null,
    });
  });

  it('recognizes what we wrote after the tenant has laid it out anew', () => {
    const { traces } = change(NO_KEYS, wanting({ verificationKey: '{"kty":"RSA","n":"1"}' }));
    expect(keyRestoration(holding({ verificationKey: { n: '1', kty: 'RSA' } }), traces)).toEqual({
      verificationKey: null,
    });
  });

  it('leaves what others wrote since', () => {
    const { traces } = change(NO_KEYS, wanting({ verificationKey: 'ours' }));
    expect(keyRestoration(holding({ verificationKey: 'theirs', verificationLocation: 'theirs too' }), traces)).toEqual(
      {},
    );
  });

  it('of a list takes out our keys and leaves those that others added since', () => {
    const { traces } = change(NO_KEYS, wanting({ verificationKeys: [NEW] }));
    const current = holding({ verificationKeys: [NEW, FOREIGN] });
    expect(keyRestoration(current, traces)).toEqual({ verificationKeys: [FOREIGN] });
  });

  it('of a list that was empty leaves it empty, not absent', () => {
    const { after, traces } = change(holding({ verificationKeys: [] }), wanting({ verificationKeys: [NEW] }));
    expect(keyRestoration(after, traces)).toEqual({ verificationKeys: [] });
  });

  it('does not take out a key of ours that was there before us', () => {
    const { after, traces } = change(holding({ verificationKeys: [OLD] }), wanting({ verificationKeys: [OLD, NEW] }));
    expect(keyRestoration(after, traces)).toEqual({ verificationKeys: [OLD] });
  });
});

describe('traces', () => {
  it('remember recent values that the tenant no longer holds: a late request may still bring one back', () => {
    const traces: KeyTraces = {
      verificationKey: { before: 'theirs', ours: ['one', 'two'] },
      verificationKeys: { before: null, ours: [OLD, NEW] },
    };
    expect(settledTraces(holding({ verificationKey: 'two', verificationKeys: [FOREIGN, NEW] }), traces)).toEqual({
      verificationKey: { before: 'theirs', ours: ['one', 'two'] },
      verificationKeys: { before: null, ours: [OLD, NEW] },
    });
  });

  it('forget the oldest of them, so that they do not grow with every rotation', () => {
    const ours = Array.from({ length: 30 }, (_, index) => `key ${index}`);
    const { verificationKey } = settledTraces(holding({ verificationKey: 'key 3' }), {
      verificationKey: { before: 'theirs', ours },
    });
    expect(verificationKey?.ours).toEqual([...ours.slice(10), 'key 3']);
  });

  it('forget that a property was removed once it holds something again', () => {
    const traces: KeyTraces = { verificationKey: { before: 'theirs', ours: [null, 'ours'] } };
    expect(settledTraces(holding({ verificationKey: 'ours' }), traces)).toEqual({
      verificationKey: { before: 'theirs', ours: ['ours'] },
    });
  });

  it('count as ours what our write became, in whatever form', () => {
    const { traces } = change(NO_KEYS, wanting({ verificationKey: 'ours' }));
    const after = holding({ verificationKey: 'ours, rewritten', verificationLocation: 'theirs' });
    expect(witnessedTraces(NO_KEYS, after, traces)).toEqual({
      verificationKey: { before: null, ours: ['ours', 'ours, rewritten'] },
    });
  });

  it('do not count as ours what our write left as it was', () => {
    const current = holding({ verificationKey: 'theirs' });
    const { traces } = change(current, wanting({ verificationKey: 'ours' }));
    expect(witnessedTraces(current, current, traces)).toEqual(traces);
  });
});

it.each([
  [{ verificationKey: 'ours' }, []],
  [{ verificationKeys: [NEW] }, ['verificationKey']],
  [{ verificationLocation: 'url' }, ['verificationKey', 'verificationKeys']],
  [{}, ['verificationKey', 'verificationKeys', 'verificationLocation']],
])('with %j wanted, %j of others stand before it', (wanted, expected) => {
  const current = holding({ verificationKey: 'x', verificationKeys: [FOREIGN], verificationLocation: 'y' });
  expect(shadowingProperties(current, wanting(wanted))).toEqual(expected);
});

const entry = fc.record({ kid: fc.constantFrom('a', 'b', 'c', 'd'), pem: fc.constantFrom('1', '2') });
const entries = fc.uniqueArray(entry, { selector: ({ kid }) => kid, maxLength: 4 });
const text = fc.constantFrom('u', 'v', 'w');
const orAbsent = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: null });

/** Anything, also what no tenant should hold. */
const anyKeys: fc.Arbitrary<KeyProperties> = fc.record({
  verificationKey: orAbsent(fc.oneof(text, fc.record({ kty: text }))),
  verificationKeys: orAbsent(fc.oneof(entries, text)),
  verificationLocation: orAbsent(text),
});

/** As the table makes them: of one mode. */
const anyWanted: fc.Arbitrary<WantedKeyProperties> = fc.oneof(
  text.map((verificationKey) => wanting({ verificationKey: `our ${verificationKey}` })),
  fc
    .uniqueArray(entry, { selector: ({ kid }) => kid, minLength: 1, maxLength: 2 })
    .map((verificationKeys) => wanting({ verificationKeys })),
  text.map((verificationLocation) => wanting({ verificationLocation: `our ${verificationLocation}` })),
  fc.constant(NO_KEYS),
);

describe('for any record and any row of changes', () => {
  it('the restoration leads back to exactly what was there, and a second one is nothing', () => {
    fc.assert(
      fc.property(anyKeys, fc.array(anyWanted, { maxLength: 5 }), (before, changes) => {
        let current = before;
        let traces: KeyTraces = {};
        for (const wanted of changes) {
          ({ after: current, traces } = change(current, wanted, traces));
          traces = settledTraces(current, traces);
        }
        const restored = patched(current, keyRestoration(current, traces));
        expect(restored).toEqual(before);
      }),
      { numRuns: 1000 },
    );
  });

  it('the record holds what is wanted after a change, so that the next is nothing', () => {
    fc.assert(
      fc.property(anyKeys, anyWanted, anyWanted, (before, one, other) => {
        const first = change(before, one);
        const second = change(first.after, other, first.traces);
        expect(keyChange(second.after, other, second.traces).patch).toEqual({});
        expect(keyChange(second.after, other, settledTraces(second.after, second.traces)).patch).toEqual({});
      }),
      { numRuns: 1000 },
    );
  });

  it('what others write in between is theirs: the restoration leaves it', () => {
    fc.assert(
      fc.property(
        anyKeys,
        anyWanted,
        fc.constantFrom('verificationKey', 'verificationLocation'),
        (before, wanted, property) => {
          const { after, traces } = change(before, wanted);
          const edited = patched(after, { [property]: 'edited by others' });
          const restored = patched(edited, keyRestoration(edited, traces));
          expect(restored).toEqual({ ...before, [property]: 'edited by others' });
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('the keys of others in a list are never lost, whatever they add or take out in between', () => {
    const theirs = fc.uniqueArray(fc.constantFrom('x', 'y', 'z'), { maxLength: 3 });
    fc.assert(
      fc.property(anyKeys, anyWanted, anyWanted, theirs, (before, one, other, kids) => {
        const first = change(before, one);
        const added = kids.map((kid) => ({ kid, pem: 'theirs' }));
        const list = Array.isArray(first.after.verificationKeys) ? first.after.verificationKeys : [];
        const edited = patched(first.after, { verificationKeys: [...added, ...list] });
        const second = change(edited, other, first.traces);
        const restored = patched(second.after, keyRestoration(second.after, second.traces));
        for (const entry of added) {
          expect(second.after.verificationKeys).toContainEqual(entry);
          expect(restored.verificationKeys).toContainEqual(entry);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
