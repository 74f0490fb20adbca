/**
 * Chooses the signing key during a rotation: the one in use until the server refuses it, then the other key in the
 * store. The store is read again at most every 30 s.
 */
import type { Clock } from '../core/clock.ts';
import type { ImportedSigningKey } from './signing-key.ts';

/** The store of signing keys. */
export interface SigningKeyStore {
  /**
   * Reads the current key and, if there is one, the pending key, in this order. Caches nothing.
   *
   * @throws ConfigurationError `signing_key_invalid`
   * @throws IssuerError `issuer_unavailable` if the store cannot be read
   */
  read(): Promise<readonly [ImportedSigningKey, ...ImportedSigningKey[]]>;
}

type SigningKeys = readonly [ImportedSigningKey, ...ImportedSigningKey[]];

/** The minimum time until the store is read again, unless the server has accepted a key from it. */
const READ_AGAIN_MS = 30_000;

/**
 * Makes the first read of rings that use one store. They share its result, however late a ring starts: if the key is old by then, the
 * server refuses it, and the ring reads the store.
 */
export function sharedFirstRead(store: SigningKeyStore): SigningKeyStore['read'] {
  let first: Promise<SigningKeys> | undefined;
  return () => {
    first ??= store.read().catch((error: unknown) => {
      first = undefined;
      throw error;
    });
    return first;
  };
}

export class SigningKeyRing {
  readonly #store: SigningKeyStore;
  readonly #clock: Clock;
  #keys: Promise<SigningKeys> | undefined;
  #preferredKid: string | undefined;
  #readAgainFromMs = Number.NEGATIVE_INFINITY;
  #readStore: SigningKeyStore['read'];

  /** @param readFirst replaces the first read */
  constructor(store: SigningKeyStore, clock: Clock, readFirst: SigningKeyStore['read'] = () => store.read()) {
    this.#store = store;
    this.#clock = clock;
    this.#readStore = readFirst;
  }

  /** The key to sign with: the one that the server accepted last, or else the current one in the store. */
  async active(): Promise<ImportedSigningKey> {
    const keys = await this.#read();
    return keys.find(({ kid }) => kid === this.#preferredKid) ?? keys[0];
  }

  /** The key to try after the server refused one, if there is another. May read the store again. */
  async alternative(refused: ImportedSigningKey): Promise<ImportedSigningKey | undefined> {
    const active = await this.active();
    if (active.kid !== refused.kid) return active;
    const keys = await (this.#clock() >= this.#readAgainFromMs ? this.#readAgain() : this.#read());
    return keys.find(({ kid }) => kid !== refused.kid);
  }

  /** Remembers the key that the server accepted after it refused another. The store may then be read again at once. */
  prefer({ kid }: ImportedSigningKey): void {
    this.#preferredKid = kid;
    this.#readAgainFromMs = Number.NEGATIVE_INFINITY;
  }

  /** If this fails, the known keys stay in use. */
  async #readAgain(): Promise<SigningKeys> {
    const known = this.#keys;
    this.#readAgainFromMs = this.#clock() + READ_AGAIN_MS;
    this.#keys = undefined;
    this.#readStore = () => this.#store.read();
    try {
      return await this.#read();
    } catch (error) {
      this.#keys = known;
      throw error;
    }
  }

  #read(): Promise<SigningKeys> {
    this.#keys ??= this.#readStore().catch((error: unknown) => {
      // Do not cache a failure: the next caller reads again.
      this.#keys = undefined;
      throw error;
    });
    return this.#keys;
  }
}
