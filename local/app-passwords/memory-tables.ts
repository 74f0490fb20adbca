/** The tables of the self-service API, in memory: for local mode and for tests. */
import type { Expiry, ExpiryTable } from '../../src/app-passwords/ports.ts';
import type { ExpiryReader } from '../../src/shared-state/ports.ts';

/** The expiries of app specific passwords, for the service and for the authorizer. */
export class MemoryExpiryTable implements ExpiryTable, ExpiryReader {
  readonly items = new Map<string, Expiry>();
  reads = 0;

  async add(expiry: Expiry): Promise<void> {
    if (this.items.has(expiry.id)) throw new Error('There is an expiry with this id.');
    this.items.set(expiry.id, expiry);
  }

  async ofUser(subject: string): Promise<readonly Expiry[]> {
    return this.#earliest().filter((expiry) => expiry.subject === subject);
  }

  async due(nowSeconds: number, limit: number): Promise<readonly Expiry[]> {
    return this.#earliest()
      .filter(({ expiresAt }) => expiresAt <= nowSeconds)
      .slice(0, limit);
  }

  async some(limit: number): Promise<readonly Expiry[]> {
    return this.#earliest().slice(0, limit);
  }

  async remove(id: string): Promise<void> {
    this.items.delete(id);
  }

  async read(id: string): Promise<number | undefined> {
    this.reads += 1;
    return this.items.get(id)?.expiresAt;
  }

  #earliest(): readonly Expiry[] {
    return [...this.items.values()].toSorted((one, other) => one.expiresAt - other.expiresAt);
  }
}
