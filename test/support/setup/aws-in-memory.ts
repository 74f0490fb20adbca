/** Secrets and parameters in memory, an answering CloudFormation, and a fuse: what custom resources are tried against. */

import type { ParameterStore } from '../../../src/aws/parameters.ts';
import type { SecretStore } from '../../../src/aws/secrets.ts';

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

export class MemoryParameters implements ParameterStore {
  readonly values = new Map<string, string>();

  async read(name: string, ifNone: string): Promise<string> {
    return this.values.get(name) ?? ifNone;
  }

  async write(name: string, value: string): Promise<void> {
    this.values.set(name, value);
  }

  async remove(name: string): Promise<void> {
    this.values.delete(name);
  }
}

/** The error of a process that died. */
class Death extends Error {}

/** Lets a process live for so many moments: one before and one after each outside call. The dead call nobody. */
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

  aroundParameters(parameters: ParameterStore): ParameterStore {
    return {
      read: this.around((name: string, ifNone: string) => parameters.read(name, ifNone)),
      write: this.around((name: string, value: string) => parameters.write(name, value)),
      remove: this.around((name: string) => parameters.remove(name)),
    };
  }

  #pass(): void {
    if (this.isOver) throw new Death(`died after ${this.moments} moments`);
    this.moments += 1;
    if (this.isOver) throw new Death(`died after ${this.moments} moments`);
  }
}
