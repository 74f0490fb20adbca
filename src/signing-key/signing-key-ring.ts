/**
 * Which signing key to use while a rotation is under way: the one in use until the server refuses it, then the other of
 * those that the store holds now. Reading the store again is rationed, whoever asks.
 */
import type { Clock } from '../core/clock.ts';
import type { ImportedSigningKey } from './signing-key.ts';

/** Where signing keys are kept; each call reads anew. */
export interface SigningKeyStore {
  /**
   * Reads the current key and, if there is one, the pending one, in this order.
   *
   * @throws ConfigurationError `signing_key_invalid`
   * @throws IssuerError `issuer_unavailable` if the store cannot be read
   */
  read(): Promise<readonly [ImportedSigningKey, ...ImportedSigningKey[]]>;
}

type SigningKeys = readonly [ImportedSigningKey, ...ImportedSigningKey[]];

/** Between two readings that brought no key which the server accepts. */
const READ_AGAIN_MS = 30_000;

export class SigningKeyRing {
  readonly #store: SigningKeyStore;
  readonly #clock: Clock;
  #keys: Promise<SigningKeys> | undefined;
  #preferredKid: string | undefined;
  #readAgainFromMs = Number.NEGATIVE_INFINITY;

  constructor(store: SigningKeyStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** The key to sign with: the one that last proved right, else the store's current one. */
  async active(): Promise<ImportedSigningKey> {
    const keys = await this.#read();
    return keys.find(({ kid }) => kid === this.#preferredKid) ?? keys[0];
  }

  /** The key to try after the server refused one, if there is another; may read the store again. */
  async alternative(refused: ImportedSigningKey): Promise<ImportedSigningKey | undefined> {
    const active = await this.active();
    if (active.kid !== refused.kid) return active;
    const keys = await (this.#clock() >= this.#readAgainFromMs ? this.#readAgain() : this.#read());
    return keys.find(({ kid }) => kid !== refused.kid);
  }

  /** Remembers the key that the server accepted after it had refused another: a rotation, so the ration starts anew. */
  prefer({ kid }: ImportedSigningKey): void {
    this.#preferredKid = kid;
    this.#readAgainFromMs = Number.NEGATIVE_INFINITY;
  }

  /** If that fails, the keys known so far stay in use. */
  async #readAgain(): Promise<SigningKeys> {
    const known = this.#keys;
    this.#readAgainFromMs = this.#clock() + READ_AGAIN_MS;
    this.#keys = undefined;
    try {
      return await this.#read();
    } catch (error) {
      this.#keys = known;
      throw error;
    }
  }

  #read(): Promise<SigningKeys> {
    this.#keys ??= this.#store.read().catch((error: unknown) => {
      // A failed reading is not kept: the next caller reads anew.
      this.#keys = undefined;
      throw error;
    });
    return this.#keys;
  }
}
