/** Signing keys of a resource server, and a store that returns them. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { ImportedSigningKey } from '../../../src/signing-key/signing-key.ts';
import type { SigningKeyStore } from '../../../src/signing-key/signing-key-ring.ts';

export interface SigningKeyPair extends ImportedSigningKey {
  readonly publicKey: KeyObject;
}

export function makeSigningKey(kid: string): SigningKeyPair {
  return { kid, ...generateKeyPairSync('rsa', { modulusLength: 2048 }) };
}

type Stored = readonly [ImportedSigningKey, ...ImportedSigningKey[]];

/** Holds the keys of a test, and counts the reads. */
export class StoreOfKeys implements SigningKeyStore {
  reads = 0;
  keys: Stored | Error;

  constructor(keys: Stored | Error) {
    this.keys = keys;
  }

  async read(): Promise<Stored> {
    this.reads += 1;
    if (this.keys instanceof Error) throw this.keys;
    return this.keys;
  }
}
