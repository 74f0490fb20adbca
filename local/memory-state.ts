/** The state that the functions of a deployment share, in memory: for local mode and for tests. */
import type { StateItem, StateName, StateStore } from '../src/core/state-store.ts';

export class MemoryState implements StateStore {
  readonly items = new Map<string, StateItem>();

  async read(name: StateName): Promise<StateItem | undefined> {
    return this.items.get(name);
  }

  async write(name: StateName, value: string, revision: string | undefined): Promise<boolean> {
    if (this.items.get(name)?.revision !== revision) return false;
    this.set(name, value);
    return true;
  }

  /** Writes without a condition, so that a test can prepare the state. */
  set(name: StateName, value: string): void {
    const [, earlier] = this.items.get(name)?.revision.split('-') ?? [];
    this.items.set(name, { value, revision: `revision-${Number(earlier ?? 0) + 1}` });
  }

  textOf(name: StateName): string | undefined {
    return this.items.get(name)?.value;
  }
}
