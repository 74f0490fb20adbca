/** In-memory secrets, the shared state of deployments, and processes that die, for the tests of custom resources. */

import type { MemoryState } from '../../../local/memory-state.ts';
import type { SecretStore } from '../../../src/core/secret-store.ts';
import type { ListDeployments, StateName, StateStore } from '../../../src/core/state-store.ts';

export class MemorySecrets implements SecretStore {
  readonly values = new Map<string, string>();
  readonly tokens = new Set<string>();

  async read(secretId: string): Promise<string | undefined> {
    return this.values.get(secretId);
  }

  async write(secretId: string, value: string, token: string): Promise<boolean> {
    if (this.tokens.has(token)) return false;
    this.tokens.add(token);
    this.values.set(secretId, value);
    return true;
  }
}

/** The states of all deployments of an account. */
export class MemoryAccount {
  readonly states = new Map<string, MemoryState>();

  /** The deployments that one deployment sees. */
  othersOf(deployment: string): ListDeployments {
    return async () =>
      [...this.states].filter(([name]) => name !== deployment).map(([name, state]) => ({ name, state }));
  }
}

/** The error of a process that died. */
class Death extends Error {}

/** Lets a process live for a number of moments: one before and one after each outside call. Then it makes no more calls. */
export class Life {
  moments = 0;
  readonly #length: number;

  constructor(length = Number.POSITIVE_INFINITY) {
    this.#length = length;
  }

  get isOver(): boolean {
    return this.moments >= this.#length;
  }

  /** The same function, which may die just before or just after it. */
  around<Args extends unknown[], Result>(call: (...args: Args) => Promise<Result>) {
    return async (...args: Args): Promise<Result> => {
      this.#pass();
      const result = await call(...args);
      this.#pass();
      return result;
    };
  }

  aroundSecrets(secrets: SecretStore): SecretStore {
    return {
      read: this.around((id: string) => secrets.read(id)),
      write: this.around((id: string, value: string, token: string) => secrets.write(id, value, token)),
    };
  }

  aroundState(state: StateStore): StateStore {
    return {
      read: this.around((name: StateName) => state.read(name)),
      write: this.around((name: StateName, value: string, revision: string | undefined) =>
        state.write(name, value, revision),
      ),
    };
  }

  #pass(): void {
    if (this.isOver) throw new Death(`died after ${this.moments} moments`);
    this.moments += 1;
    if (this.isOver) throw new Death(`died after ${this.moments} moments`);
  }
}
