/** The item with the state of the flushes, in memory, under the same conditions as in the table. */
import { FLUSH_INTERVAL_MS, type FlushState } from '../src/revocation/flush-schedule.ts';
import type { FlushStore } from '../src/revocation/ports.ts';

export class MemoryFlushStore implements FlushStore {
  state: FlushState = {};

  async read(): Promise<FlushState> {
    return this.state;
  }

  async claim(nowMs: number): Promise<boolean> {
    const { claimedMs = Number.NEGATIVE_INFINITY } = this.state;
    if (claimedMs > nowMs - FLUSH_INTERVAL_MS) return false;
    this.state = { ...this.state, claimedMs: nowMs, attempts: (this.state.attempts ?? 0) + 1 };
    return true;
  }

  async recordFlush(flushedMs: number): Promise<void> {
    if ((this.state.flushedMs ?? Number.NEGATIVE_INFINITY) >= flushedMs) return;
    this.state = { ...this.state, flushedMs, attempts: 0 };
  }

  async recordPending(pendingMs: number): Promise<void> {
    this.state = { ...this.state, pendingMs: Math.max(this.state.pendingMs ?? 0, pendingMs) };
  }
}
