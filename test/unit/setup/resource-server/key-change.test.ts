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

/** Plans and applies a change. */
function change(current: KeyProperties, wanted: WantedKeyProperties, traces: KeyTraces = {}) {
  const planned = keyChange(current, wanted, traces);
  return { ...planned, after: patched(current, planned.patch) };
}

describe('keyChange', () => {
  it('is empty if the record holds the wanted value in any layout', () => {
    const current = holding({ verificationKey: { n: '1', kty: 'RSA' } });
    expect(keyChange(current, wanting({ verificationKey: '{"kty":"RSA","n":"1"}' }), {})).toEqual({
      patch: {},
      traces: {},
    });
  });

  it('remembers the earlier value of a single slot', () => {
    expect(keyChange(holding({ verificationKey: 'theirs' }), wanting({ verificationKey: 'ours' }), {})).toEqual({
      patch: { verificationKey: 'ours' },
      traces: { verificationKey: { before: 'theirs', ours: ['ours'] } },
    });
  });

  it('never remembers our own value as the earlier one', () => {
    const first = change(holding({ verificationKey: 'theirs' }), wanting({ verificationKey: 'one' }));
    const second = change(first.after, wanting({ verificationKey: 'two' }), first.traces);
    expect(second.traces).toEqual({
      verificationKey: { before: 'theirs', ours: ['one', 'two'] },
    });
  });

  it('removes what we wrote for the other delivery, in the same patch', () => {
    const first = change(holding({ verificationLocation: 'theirs' }), wanting({ verificationKey: 'ours' }));
    const second = change(first.after, wanting({ verificationLocation: 'url' }), first.traces);
    expect(second.patch).toEqual({ verificationKey: null, verificationLocation: 'url' });
    expect(second.traces).toEqual({
      verificationKey: { before: null, ours: ['ours', null] },
      verificationLocation: { before: 'theirs', ours: ['url'] },
    });
  });

  it('leaves what others wrote for the other delivery', () => {
    const current = holding({ verificationKey: 'theirs', verificationKeys: [FOREIGN] });
    expect(keyChange(current, wanting({ verificationLocation: 'url' }), {}).patch).toEqual({
      verificationLocation: 'url',
    });
  });

  it('leaves what others wrote over our value', () => {
    const first = change(NO_KEYS, wanting({ verificationKey: 'ours' }));
    const current = holding({ verificationKey: 'theirs' });
    expect(keyChange(current, NO_KEYS, first.traces).patch).toEqual({});
  });

  it('keeps the keys of others in a list in their place and adds ours', () => {
    const { patch, traces } = keyChange(
      holding({ verificationKeys: [FOREIGN] }),
      wanting({ verificationKeys: [NEW] }),
      {},
    );
    expect(patch).toEqual({ verificationKeys: [FOREIGN, NEW] });
    expect(traces).toEqual({
      verificationKeys: { before: [FOREIGN], ours: [NEW] },
    });
  });

  it('adds the new key of a rotation beside the old one and then drops the old one', () => {
    const first = change(holding({ verificationKeys: [FOREIGN] }), wanting({ verificationKeys: [OLD] }));
    const second = change(first.after, wanting({ verificationKeys: [OLD, NEW] }), first.traces);
    expect(second.after.verificationKeys).toEqual([FOREIGN, OLD, NEW]);
    const third = change(second.after, wanting({ verificationKeys: [NEW] }), second.traces);
    expect(third.after.verificationKeys).toEqual([FOREIGN, NEW]);
  });

  it('removes a list that held only our keys', () => {
    const first = change(NO_KEYS, wanting({ verificationKeys: [OLD] }));
    expect(keyChange(first.after, NO_KEYS, first.traces).patch).toEqual({ verificationKeys: null });
  });

  it('replaces a key that has our kid but another value, and the restoration brings it back', () => {
    const stranger = { kid: 'new', pem: 'another pem' };
    const first = change(holding({ verificationKeys: [stranger, FOREIGN] }), wanting({ verificationKeys: [NEW] }));
    expect(first.after.verificationKeys).toEqual([NEW, FOREIGN]);
    expect(keyRestoration(first.after, first.traces)).toEqual({ verificationKeys: [stranger, FOREIGN] });
  });

  it('replaces a value that should be a list, and the restoration brings it back', () => {
    const first = change(holding({ verificationKeys: { odd: true } }), wanting({ verificationKeys: [NEW] }));
    expect(first.after.verificationKeys).toEqual([NEW]);
    expect(keyRestoration(first.after, first.traces)).toEqual({ verificationKeys: { odd: true } });
  });
});

describe('keyRestoration', () => {
  it('restores what existed before and removes what did not', () => {
    const first = change(holding({ verificationKey: 'theirs' }), wanting({ verificationKey: 'ours' }));
    const second = change(first.after, wanting({ verificationLocation: 'url' }), first.traces);
    expect(keyRestoration(second.after, second.traces)).toEqual({
      verificationKey: 'theirs',
      verificationLocation: null,
    });
  });

  it('recognizes our value after the tenant has changed its layout', () => {
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

  it('removes our keys from a list and leaves those that others added since', () => {
    const { traces } = change(NO_KEYS, wanting({ verificationKeys: [NEW] }));
    const current = holding({ verificationKeys: [NEW, FOREIGN] });
    expect(keyRestoration(current, traces)).toEqual({ verificationKeys: [FOREIGN] });
  });

  it('leaves an empty list that was empty before, and does not remove it', () => {
    const { after, traces } = change(holding({ verificationKeys: [] }), wanting({ verificationKeys: [NEW] }));
    expect(keyRestoration(after, traces)).toEqual({ verificationKeys: [] });
  });

  it('does not remove a key of ours that was there before us', () => {
    const { after, traces } = change(holding({ verificationKeys: [OLD] }), wanting({ verificationKeys: [OLD, NEW] }));
    expect(keyRestoration(after, traces)).toEqual({ verificationKeys: [OLD] });
  });
});

describe('the traces of our values', () => {
  it('keep recent values that the tenant no longer holds, since a late request may bring one back', () => {
    const traces: KeyTraces = {
      verificationKey: { before: 'theirs', ours: ['one', 'two'] },
      verificationKeys: { before: null, ours: [OLD, NEW] },
    };
    expect(settledTraces(holding({ verificationKey: 'two', verificationKeys: [FOREIGN, NEW] }), traces)).toEqual({
      verificationKey: { before: 'theirs', ours: ['one', 'two'] },
      verificationKeys: { before: null, ours: [OLD, NEW] },
    });
  });

  it('drop the oldest values, so that they do not grow with every rotation', () => {
    const ours = Array.from({ length: 30 }, (_, index) => `key ${index}`);
    const { verificationKey } = settledTraces(holding({ verificationKey: 'key 3' }), {
      verificationKey: { before: 'theirs', ours },
    });
    expect(verificationKey?.ours).toEqual([...ours.slice(10), 'key 3']);
  });

  it('drop a removal once the property holds a value again', () => {
    const traces: KeyTraces = { verificationKey: { before: 'theirs', ours: [null, 'ours'] } };
    expect(settledTraces(holding({ verificationKey: 'ours' }), traces)).toEqual({
      verificationKey: { before: 'theirs', ours: ['ours'] },
    });
  });

  it('treat as ours what the tenant made of our write, in any form', () => {
    const planned = change(NO_KEYS, wanting({ verificationKey: 'ours' }));
    const after = holding({ verificationKey: 'ours, rewritten', verificationLocation: 'theirs' });
    expect(witnessedTraces(NO_KEYS, after, planned)).toEqual({
      verificationKey: { before: null, ours: ['ours', 'ours, rewritten'] },
    });
  });

  it('do not treat as ours what our write left unchanged', () => {
    const current = holding({ verificationKey: 'theirs' });
    const planned = change(current, wanting({ verificationKey: 'ours' }));
    expect(witnessedTraces(current, current, planned)).toEqual({
      verificationKey: { before: 'theirs', ours: ['ours'] },
    });
  });

  it('remember a key that the tenant accepted and does not show, until it is removed or shown', () => {
    const first = change(NO_KEYS, wanting({ verificationKey: 'ours' }));
    const hidden = witnessedTraces(NO_KEYS, NO_KEYS, first);
    expect(hidden).toEqual({ verificationKey: { before: null, ours: ['ours'], unseen: 'ours' } });
    expect(settledTraces(NO_KEYS, hidden)).toEqual(hidden);
    expect(settledTraces(first.after, hidden)).toEqual({ verificationKey: { before: null, ours: ['ours'] } });
    const removal = keyChange(NO_KEYS, NO_KEYS, hidden);
    expect(removal.patch).toEqual({ verificationKey: null });
    expect(removal.traces.verificationKey?.unseen).toBe('ours');
    expect(witnessedTraces(NO_KEYS, NO_KEYS, removal).verificationKey).not.toHaveProperty('unseen');
  });
});

it.each([
  [{ verificationKey: 'ours' }, []],
  [{ verificationKeys: [NEW] }, ['verificationKey']],
  [{ verificationLocation: 'url' }, ['verificationKey', 'verificationKeys']],
  [{}, ['verificationKey', 'verificationKeys', 'verificationLocation']],
])('the wanted %j is overridden if others hold one of %j', (wanted, expected) => {
  const current = holding({ verificationKey: 'x', verificationKeys: [FOREIGN], verificationLocation: 'y' });
  expect(shadowingProperties(current, wanting(wanted))).toEqual(expected);
});

const entry = fc.record({ kid: fc.constantFrom('a', 'b', 'c', 'd'), pem: fc.constantFrom('1', '2') });
const entries = fc.uniqueArray(entry, { selector: ({ kid }) => kid, maxLength: 4 });
const text = fc.constantFrom('u', 'v', 'w');
const orAbsent = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: null });

/** Any values, even those that no tenant should hold. */
const anyKeys: fc.Arbitrary<KeyProperties> = fc.record({
  verificationKey: orAbsent(fc.oneof(text, fc.record({ kty: text }))),
  verificationKeys: orAbsent(fc.oneof(entries, text)),
  verificationLocation: orAbsent(text),
});

/** The wanted properties of one delivery. */
const anyWanted: fc.Arbitrary<WantedKeyProperties> = fc.oneof(
  text.map((verificationKey) => wanting({ verificationKey: `our ${verificationKey}` })),
  fc
    .uniqueArray(entry, { selector: ({ kid }) => kid, minLength: 1, maxLength: 2 })
    .map((verificationKeys) => wanting({ verificationKeys })),
  text.map((verificationLocation) => wanting({ verificationLocation: `our ${verificationLocation}` })),
  fc.constant(NO_KEYS),
);

describe('a key change and its restoration, for any record and any sequence of changes', () => {
  it('lead back to exactly the earlier record, and a second restoration is empty', () => {
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

  it('result in a record that holds the wanted value, so that the next change is empty', () => {
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

  it('leave what others write in between', () => {
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

  it('never lose the keys of others in a list, whatever they add or remove in between', () => {
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
