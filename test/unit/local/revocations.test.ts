import { expect, it } from 'vitest';
import { MemoryMarkTable } from '../../../local/memory-tables.ts';
import { LocalRevocations } from '../../../local/revocations.ts';
import { NOW_MS } from '../../support/core/clock.ts';

it('both flushes happen in local mode, even if every timer ends a little early', async () => {
  let nowMs = NOW_MS;
  const timers: { readonly atMs: number; readonly callback: () => void }[] = [];
  const flushedMs: number[] = [];
  const revocations = new LocalRevocations({
    issuer: 'http://127.0.0.1:3001/',
    revocationSeconds: 5,
    marks: new MemoryMarkTable(),
    flush: () => flushedMs.push(nowMs),
    clock: () => nowMs,
    log: () => {},
    setTimer: (milliseconds, callback) => timers.push({ atMs: nowMs + milliseconds - 1, callback }),
  });
  const request = { path: '/api/v2/users/auth0%7C1/application-passwords/asp_1' };
  revocations.onLogEvent({ type: 'sapi', date: new Date(NOW_MS).toISOString(), details: { request } });
  for (let timer = timers.shift(); timer !== undefined; timer = timers.shift()) {
    nowMs = timer.atMs;
    timer.callback();
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(flushedMs.map((timeMs) => Math.floor((timeMs - NOW_MS) / 1000))).toEqual([0, 12]);
});
