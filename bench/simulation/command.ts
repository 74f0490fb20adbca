/** The command `npm run simulate`: runs the simulations, then prints the results or writes the page. */
import { EXIT, type ExitCode } from '../../src/cli/exit-code.ts';
import { type Findings, FULL, type Plan, QUICK, run } from './experiments.ts';
import { SIMULATE_USAGE, type SimulateOptions } from './options.ts';
import { plotFiles, withTables } from './page.ts';
import { ProgressNotes, type ProgressPorts } from './progress-notes.ts';
import type { Recorded, RevocationDelay } from './recorded.ts';
import { TABLE_TITLES, tablesOf } from './tables.ts';

export interface SimulatePorts extends ProgressPorts {
  readonly print: (text: string) => void;
  readonly measureColdStarts: () => Promise<Recorded['coldStarts']>;
  /** The results that were recorded last. */
  readonly readFindings: () => Findings;
  readonly readPage: () => string;
  readonly readRevocationDelays: () => readonly RevocationDelay[];
  /** Writes all files, by their path in `docs/`, or none of them. */
  readonly writeFiles: (files: ReadonlyMap<string, string>) => void;
}

export async function simulateCommand(options: SimulateOptions, ports: SimulatePorts): Promise<ExitCode> {
  const { help, json, seed, writeDocs, recorded } = options;
  if (help) {
    ports.print(SIMULATE_USAGE);
    return EXIT.done;
  }
  const progress = new ProgressNotes(ports);
  try {
    const findings = recorded ? ports.readFindings() : await run(planOf(options), seed, progress.show);
    if (writeDocs) await writeDocsWith(findings, ports);
    ports.print(json ? `${JSON.stringify(findings)}\n` : inWords(findings));
  } finally {
    progress.stop();
  }
  return EXIT.done;
}

function planOf({ quick, load }: SimulateOptions): Plan {
  if (load) return { loads: [load], containers: [], ttls: [], capacities: [] };
  return quick ? QUICK : FULL;
}

async function writeDocsWith(findings: Findings, ports: SimulatePorts): Promise<void> {
  ports.note('Measuring cold starts …');
  const recorded = { findings, coldStarts: await ports.measureColdStarts() };
  const plots = await plotFiles(recorded, ports.readRevocationDelays());
  ports.writeFiles(
    new Map([
      ['scaling/results.json', `${JSON.stringify(recorded, undefined, 1)}\n`],
      ...[...plots].map(([name, svg]): [string, string] => [`scaling/${name}`, svg]),
      ['scaling.md', withTables(ports.readPage(), recorded)],
    ]),
  );
  ports.note('Wrote docs/scaling.md, and docs/scaling/ with its results and plots.');
}

function inWords(findings: Findings): string {
  return [...tablesOf(findings)].map(([name, table]) => `${TABLE_TITLES[name]}\n\n${table}\n`).join('\n');
}
