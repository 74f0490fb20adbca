/** The start of the command line, as the package ships it: a new process until it has printed its help and ended. */
import { spawnSync } from 'node:child_process';
import { buildCode } from '../../build/build.ts';
import { DIST } from '../../build/paths.ts';
import { median, rotated } from '../rounds.ts';
import { atMost, type Row } from '../row.ts';

const PATH = 'start of the command line';
const ROUNDS = 15;
const AIM_MS = 250;

interface Contender {
  readonly subject: string;
  readonly args: readonly string[];
  readonly milliseconds: number[];
}

export async function commandLine(): Promise<readonly Row[]> {
  await buildCode();
  const floor = contender('floor: a Node that does nothing', ['-e', '0']);
  const ours = contender('ours: asp --help', [`${DIST}asp.js`, '--help']);
  const sources = contender('the sources, by tsx', ['--import', 'tsx', 'bin/asp.ts', '--help']);
  for (let round = -1; round < ROUNDS; round += 1) {
    for (const { args, milliseconds } of rotated([floor, ours, sources], round)) {
      const time = timeOf(args);
      if (round >= 0) milliseconds.push(time);
    }
  }
  const floorMs = median(floor.milliseconds);
  return [floor, ours, sources].map(({ subject, milliseconds }) => {
    const value = median(milliseconds);
    const row: Row = { path: PATH, subject, value, unit: 'ms', toFloor: { by: 'difference', value: value - floorMs } };
    return subject === ours.subject ? { ...row, aim: atMost(value, AIM_MS, `${AIM_MS} ms`) } : row;
  });
}

function contender(subject: string, args: readonly string[]): Contender {
  return { subject, args, milliseconds: [] };
}

function timeOf(args: readonly string[]): number {
  const started = performance.now();
  const { status, stderr } = spawnSync(process.execPath, [...args], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`node ${args.join(' ')} failed: ${stderr}`);
  return performance.now() - started;
}
