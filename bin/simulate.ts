/** `npm run simulate`: how often a tenant is asked, and what that costs, by load, TTLs and number of containers. */
import { readFileSync } from 'node:fs';
import { measureColdStarts } from '../bench/simulation/cold-starts.ts';
import { simulateCommand } from '../bench/simulation/command.ts';
import { parseSimulateOptions } from '../bench/simulation/options.ts';
import { DOCS, PAGE, readRecorded, readRevocationDelays } from '../bench/simulation/recorded.ts';
import { UsageError } from '../local/options.ts';
import { EXIT } from '../src/cli/exit-code.ts';
import { replaceFile } from '../src/cli/write-file.ts';
import { PROCESS_PORTS } from './process-ports.ts';

const note = (line: string) => void process.stderr.write(`${line}\n`);

// The files are written without a pause, so this never ends the process between two of them.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(EXIT.interrupted));

try {
  process.exitCode = await simulateCommand(parseSimulateOptions(process.argv.slice(2)), {
    print: (text) => void process.stdout.write(text),
    note,
    setTimer: PROCESS_PORTS.setTimer,
    measureColdStarts: () => measureColdStarts(Date.now()),
    readPage: () => readFileSync(PAGE, 'utf8'),
    readFindings: () => readRecorded().findings,
    readRevocationDelays,
    writeFiles: (files) => {
      for (const [path, text] of files) replaceFile(`${DOCS}${path}`, text, { note });
    },
  });
} catch (error) {
  note(error instanceof Error ? error.message : String(error));
  process.exitCode = error instanceof UsageError ? EXIT.usage : EXIT.failed;
}
