/** `npm run revoke-key`: the emergency, in one command. */
import { invokeFunction } from '../src/aws/invoke-function.ts';
import { readStackOutput } from '../src/aws/stack-output.ts';
import { runRevokeKey } from '../src/cli/commands/revoke-key.ts';
import { EXIT, UsageError } from '../src/cli/operation.ts';

const print = (line: string) => void process.stdout.write(`${line}\n`);
const report = (line: string) => void process.stderr.write(`${line}\n`);

try {
  const args = process.argv.slice(2);
  process.exitCode = await runRevokeKey(args, { print, report, readStackOutput, invokeFunction });
} catch (error) {
  report(error instanceof Error ? error.message : String(error));
  process.exitCode = error instanceof UsageError ? EXIT.usage : EXIT.failed;
}
