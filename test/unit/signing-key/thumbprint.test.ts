import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK } from 'jose';
import { describe, expect, it } from 'vitest';
import { thumbprintOf } from '../../../src/signing-key/thumbprint.ts';

const KEYS: readonly [string, KeyObject][] = [
  ['an RSA key', generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey],
  ['an elliptic curve key', generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey],
  ['an Ed25519 key', generateKeyPairSync('ed25519').privateKey],
];

describe('the thumbprint', () => {
  it.each(KEYS)('of %s is the one that jose calculates, for both halves', async (_, key) => {
    const publicKey = createPublicKey(key);
    const expected = await calculateJwkThumbprint(await exportJWK(publicKey));
    expect(thumbprintOf(publicKey)).toBe(expected);
    expect(thumbprintOf(key)).toBe(expected);
  });
});
