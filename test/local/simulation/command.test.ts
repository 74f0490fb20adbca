/** `npm run simulate` as its users run it: as a process, with its streams, exit codes and Ctrl-C. */
import { expect, it } from 'vitest';
import { ROOT, startChild } from '../../support/cli/child.ts';

function simulate(...args: string[]) {
  const command = ['--import', 'tsx', 'bin/simulate.ts', ...args];
  return startChild(process.execPath, command, { directory: ROOT, environment: {} });
}

it('reports its progress after two seconds, and ends at Ctrl-C without a result', async () => {
  const child = simulate('--callers', '100000', '--paths', '5');
  await child.untilShown(/^Simulating … 2 s$/m);
  child.process.kill('SIGINT');
  expect(await child.ended).toBe(130);
  expect(child.output.stdout).toBe('');
});

it.each([
  [['--callers', 'many'], 2, 'Got --callers "many"; expected a whole number from 1 to 100000.\n'],
  [['--help'], 0, ''],
])('ends with its exit code: %j', async (args, exitCode, stderr) => {
  const child = simulate(...args);
  expect(await child.ended).toBe(exitCode);
  expect(child.output.stderr).toBe(stderr);
  expect(child.output.stdout === '').toBe(exitCode !== 0);
});
