import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { IssuerError } from '../../../src/core/errors.ts';
import type { ImportedSigningKey } from '../../../src/signing-key/signing-key.ts';
import { SigningKeyRing, sharedFirstRead } from '../../../src/signing-key/signing-key-ring.ts';
import { FrozenClock } from '../../support/core/clock.ts';
import { issuerError } from '../../support/core/errors.ts';
import { StoreOfKeys } from '../../support/core/signing-keys.ts';

/** The ring compares only key ids. */
const { privateKey } = generateKeyPairSync('ed25519');
const [a, b, c]: readonly [ImportedSigningKey, ImportedSigningKey, ImportedSigningKey] = [
  { kid: 'a', privateKey },
  { kid: 'b', privateKey },
  { kid: 'c', privateKey },
];

function ringOf(...keys: readonly [ImportedSigningKey, ...ImportedSigningKey[]]) {
  const clock = new FrozenClock();
  const store = new StoreOfKeys(keys);
  return { clock, store, ring: new SigningKeyRing(store, clock.read) };
}

describe('the active key', () => {
  it('is the current key of the store, read once', async () => {
    const { store, ring } = ringOf(a, b);
    const keys = await Promise.all(Array.from({ length: 50 }, () => ring.active()));
    expect(new Set(keys)).toEqual(new Set([a]));
    expect(store.reads).toBe(1);
  });

  it('is the preferred key as long as the store holds it', async () => {
    const { store, ring } = ringOf(a, b);
    ring.prefer(b);
    expect(await ring.active()).toBe(b);
    store.keys = [a, c];
    await ring.alternative(b);
    expect(await ring.active()).toBe(a);
  });

  it('is read again after a failure of the store, which is reported to the caller', async () => {
    const { store, ring } = ringOf(a);
    store.keys = new IssuerError('issuer_unavailable', 'The store cannot be read.');
    await expect(ring.active()).rejects.toThrow(issuerError('issuer_unavailable', 'The store cannot be read.'));
    store.keys = [a];
    expect(await ring.active()).toBe(a);
    expect(store.reads).toBe(2);
  });
});

describe('the alternative to a refused key', () => {
  it('is the pending key that the store holds now', async () => {
    const { store, ring } = ringOf(a);
    await ring.active();
    store.keys = [a, b];
    expect(await ring.alternative(a)).toBe(b);
    expect(store.reads).toBe(2);
  });

  it('is unknown while the store is down, and the known keys stay in use', async () => {
    const { store, ring } = ringOf(a);
    await ring.active();
    store.keys = new IssuerError('issuer_unavailable', 'The store cannot be read.');
    await expect(ring.alternative(a)).rejects.toThrow(issuerError('issuer_unavailable', 'The store cannot be read.'));
    expect(await ring.active()).toBe(a);
    expect(store.reads).toBe(2);
  });

  it('is the current key if a rotation was finished in the meantime', async () => {
    const { store, ring } = ringOf(a);
    await ring.active();
    store.keys = [b];
    expect(await ring.alternative(a)).toBe(b);
    expect(await ring.active()).toBe(b);
  });

  it('does not exist if there is only one key', async () => {
    const { ring } = ringOf(a);
    expect(await ring.alternative(a)).toBeUndefined();
  });

  it('is the key that another caller has already found, without another read', async () => {
    const { store, ring } = ringOf(a, b);
    await ring.active();
    ring.prefer(b);
    expect(await ring.alternative(a)).toBe(b);
    expect(store.reads).toBe(1);
  });

  it('is read from the store at most every 30 s', async () => {
    const { clock, store, ring } = ringOf(a, b);
    await ring.active();
    expect(await ring.alternative(a)).toBe(b);
    clock.advanceSeconds(29.9);
    expect(await ring.alternative(a)).toBe(b);
    expect(store.reads).toBe(2);
    clock.advanceSeconds(0.1);
    await ring.alternative(a);
    expect(store.reads).toBe(3);
  });

  it('may be read again at once after a successful rotation', async () => {
    const { store, ring } = ringOf(a, b);
    await ring.active();
    await ring.alternative(a);
    ring.prefer(b);
    store.keys = [b, c];
    expect(await ring.alternative(b)).toBe(c);
    expect(store.reads).toBe(3);
  });

  it('is read once for all concurrent refusals', async () => {
    const { store, ring } = ringOf(a, b);
    await ring.active();
    const others = await Promise.all(Array.from({ length: 50 }, () => ring.alternative(a)));
    expect(new Set(others)).toEqual(new Set([b]));
    expect(store.reads).toBe(2);
  });
});

describe('rings of one store', () => {
  it('share the first read, and each reads again if the server refuses its key', async () => {
    const { clock, store } = ringOf(a);
    const readFirst = sharedFirstRead(store);
    const [one, other] = [1, 2].map(() => new SigningKeyRing(store, clock.read, readFirst));
    if (!one || !other) throw new Error('There are two rings.');
    expect(await one.active()).toBe(a);
    store.keys = [b, a];
    expect(await other.active()).toBe(a);
    expect(store.reads).toBe(1);
    expect(await other.alternative(a)).toBe(b);
    expect(store.reads).toBe(2);
    expect(await one.active()).toBe(a);
  });

  it('read again if the first read failed', async () => {
    const { clock, store } = ringOf(a);
    const readFirst = sharedFirstRead(store);
    const [one, other] = [1, 2].map(() => new SigningKeyRing(store, clock.read, readFirst));
    store.keys = new IssuerError('issuer_unavailable', 'The store cannot be read.');
    await expect(one?.active()).rejects.toThrow(issuerError('issuer_unavailable', 'The store cannot be read.'));
    store.keys = [a];
    expect(await other?.active()).toBe(a);
    expect(await one?.active()).toBe(a);
    expect(store.reads).toBe(2);
  });
});
