/** Changes the configuration of a deployed function, and kills functions, from outside. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type Account, sendToAws } from '../../../local/deployment/aws-request.ts';
import { isJsonObject } from '../../../src/core/json.ts';

const execute = promisify(execFile);

/**
 * Changes keys of the `CONFIG` of a function, which then starts cold.
 *
 * @returns a function that restores the configuration
 */
export async function reconfigure(
  account: Account,
  functionArn: string,
  changes: Readonly<Record<string, unknown>>,
): Promise<() => Promise<void>> {
  const path = `/2015-03-31/functions/${functionArn.split(':').at(-1)}/configuration`;
  const { text } = await sendToAws(account, { service: 'lambda', method: 'GET', path });
  const variables = variablesOf(JSON.parse(text));
  const put = async (environment: Readonly<Record<string, string>>) => {
    const body = JSON.stringify({ Environment: { Variables: environment } });
    await sendToAws(account, { service: 'lambda', method: 'PUT', path, body });
  };
  await put({ ...variables, CONFIG: JSON.stringify({ ...JSON.parse(variables.CONFIG ?? '{}'), ...changes }) });
  return () => put(variables);
}

/** Kills the processes in which functions run, as a crash would. */
export async function killFunctions(emulatorPid: number): Promise<number> {
  const { stdout } = await execute('ps', ['-e', '-o', 'pid=,ppid=,comm=']);
  const processes = stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/));
  const workers = processes.filter(([, parent, name]) => Number(parent) === emulatorPid && name?.includes('node'));
  for (const [pid] of workers) process.kill(Number(pid), 'SIGKILL');
  return workers.length;
}

function variablesOf(configuration: unknown): Readonly<Record<string, string>> {
  const environment = isJsonObject(configuration) ? configuration.Environment : undefined;
  const variables = isJsonObject(environment) ? environment.Variables : undefined;
  return Object.fromEntries(Object.entries(isJsonObject(variables) ? variables : {}).map(([k, v]) => [k, String(v)]));
}
