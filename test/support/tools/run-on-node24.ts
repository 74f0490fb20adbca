/** Runs vitest on Node 24: the unit and local tests, or the projects that `--project` names. Other arguments go to vitest. */
import { spawn } from 'node:child_process';
import { delimiter, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findNode24 } from './node24.ts';
import { projectToolOptions, ToolUnavailable } from './pinned-tool.ts';

const VITEST = fileURLToPath(new URL('../../../node_modules/vitest/vitest.mjs', import.meta.url));

async function main(args: readonly string[]): Promise<void> {
  const { execPath, version } = await findNode24(projectToolOptions());
  const projects = args.includes('--project') ? [] : ['--project', 'unit', '--project', 'local'];
  process.stderr.write(`Running the tests on Node ${version} (${execPath}).\n`);
  const child = spawn(execPath, [VITEST, 'run', ...projects, ...args], {
    stdio: 'inherit',
    // First on the path, so that tests which start `node` start this one.
    env: { ...process.env, PATH: [dirname(execPath), process.env.PATH].join(delimiter) },
  });
  child.on('exit', (code) => {
    process.exitCode = code ?? 1;
  });
}

main(process.argv.slice(2)).catch((error: unknown) => {
  const message = error instanceof ToolUnavailable ? error.message : String(error);
  process.stderr.write(`The tests did not run on Node 24. ${message}\n`);
  process.exitCode = 1;
});
