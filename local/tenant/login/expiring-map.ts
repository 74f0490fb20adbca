/** A bounded map whose entries expire. Its keys are random, so that nobody guesses one. */
import { randomBytes } from 'node:crypto';

const MAX_ENTRIES = 10_000;

export class ExpiringMap<Value> {
  readonly #entries = new Map<string, { readonly value: Value; readonly untilMs: number }>();
  readonly #now: () => number;
  readonly #lifetimeMs: number;

  /** @param now milliseconds since the epoch */
  constructor(now: () => number, lifetimeSeconds: number) {
    this.#now = now;
    this.#lifetimeMs = lifetimeSeconds * 1000;
  }

  /** Stores a value and returns its new key. The oldest entry makes room if there are too many. */
  add(value: Value): string {
    const key = randomBytes(32).toString('base64url');
    const [oldest] = this.#entries.keys();
    if (this.#entries.size >= MAX_ENTRIES && oldest !== undefined) this.#entries.delete(oldest);
    this.#entries.set(key, { value, untilMs: this.#now() + this.#lifetimeMs });
    return key;
  }

  get(key: string): Value | undefined {
    const entry = this.#entries.get(key);
    return entry && entry.untilMs > this.#now() ? entry.value : undefined;
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }

  /** The values that have not expired. */
  values(): readonly Value[] {
    return [...this.#entries.values()].filter(({ untilMs }) => untilMs > this.#now()).map(({ value }) => value);
  }
}
