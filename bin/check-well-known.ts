/** `npm run check-well-known`: can the tenant find the key where the API's identifier says it is? */

import { runCheckWellKnown } from '../src/cli/commands/check-well-known.ts';
import { EXIT, UsageError } from '../src/cli/operation.ts';
import { createHttpsClient } from '../src/http/https-client.ts';

const print = (line: string) => void process.stdout.write(`${line}\n`);
const report = (line: string) => void process.stderr.write(`${line}\n`);
const client = createHttpsClient();

try {
  process.exitCode = await runCheckWellKnown(process.argv.slice(2), { print, report, http: client.send });
} catch (error) {
  report(error instanceof Error ? error.message : String(error));
  process.exitCode = error instanceof UsageError ? EXIT.usage : EXIT.failed;
} finally {
  client.close();
}
