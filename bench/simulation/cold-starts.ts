/** Measures the cold starts for the plot, with the benchmark's own case. */
import { availableParallelism } from 'node:os';
import { coldStart } from '../cases/cold-start.ts';
import type { Recorded } from './recorded.ts';

export async function measureColdStarts(nowMs: number): Promise<Recorded['coldStarts']> {
  const rows = await coldStart();
  return {
    date: new Date(nowMs).toISOString().slice(0, 10),
    machine: `${availableParallelism()} processors, Node ${process.versions.node}`,
    starts: rows
      .filter(({ subject }) => !subject.startsWith('floor'))
      .map(({ subject, toFloor }) => ({
        subject,
        milliseconds: Math.round((toFloor?.value ?? 0) * 10) / 10,
        isOurs: subject.startsWith('ours'),
      })),
  };
}
