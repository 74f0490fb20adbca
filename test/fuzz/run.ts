/** `npm run fuzz`: the long runs of the fuzzes. */
import { randomInt } from 'node:crypto';
import { fuzzCommand } from './command.ts';
import { FUZZERS } from './fuzzers.ts';

process.exitCode = await fuzzCommand(
  process.argv.slice(2),
  FUZZERS,
  {
    write: (line) => process.stdout.write(`${line}\n`),
    writeError: (line) => process.stderr.write(`${line}\n`),
  },
  randomInt(0x7fffffff),
);
