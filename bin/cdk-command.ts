/**
 * Finds out which command of the CDK runs this application. The CDK does not say, so this reads the command line of the process
 * that started us. If that is not possible, as on Windows, the command is unknown.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';

interface Process {
  readonly parentId: number;
  readonly args: readonly string[];
}

/** The CDK starts us through a shell, which may stay between it and us. */
const MOST_ANCESTORS = 3;

/** The command, such as `bootstrap`; `undefined` if it is unknown. */
export function cdkCommand(): string | undefined {
  let id = process.ppid;
  for (let ancestor = 0; ancestor < MOST_ANCESTORS; ancestor += 1) {
    const found = processOf(id);
    if (found === undefined) return undefined;
    // Behind the CDK, its own caller could be a wrapper with arguments of the same name.
    if (cdkArgumentsOf(found.args)) return commandIn(found.args);
    id = found.parentId;
  }
  return undefined;
}

/**
 * Finds the command in a command line of the CDK: its first argument. Only options like `--no-color`, which have no value, may come
 * before it. Otherwise the command is unknown, so that the value of an option is never taken for the command.
 */
export function commandIn(args: readonly string[]): string | undefined {
  const first = cdkArgumentsOf(args)?.find((arg) => !arg.startsWith('--no-'));
  return first?.startsWith('-') ? undefined : first;
}

/** What follows `cdk`, if the process is the CDK: `cdk …`, or `node … cdk …` with options of Node only. */
function cdkArgumentsOf([program = '', ...args]: readonly string[]): readonly string[] | undefined {
  const isCdk = (arg: string) => /^cdk(\.js)?$/.test(basename(arg));
  if (isCdk(program)) return args;
  const script = args.findIndex((arg) => !arg.startsWith('-'));
  return /^node(\.exe)?$/.test(basename(program)) && isCdk(args[script] ?? '') ? args.slice(script + 1) : undefined;
}

function processOf(id: number): Process | undefined {
  return process.platform === 'linux' ? fromProc(id) : fromPs(id);
}

function fromProc(id: number): Process | undefined {
  try {
    const args = readFileSync(`/proc/${id}/cmdline`, 'utf8').split('\0');
    const parentId = Number(/^PPid:\s*(\d+)$/m.exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1]);
    return { args, parentId };
  } catch {
    return undefined;
  }
}

function fromPs(id: number): Process | undefined {
  const { status, stdout } = spawnSync('ps', ['-o', 'ppid=,args=', '-p', String(id)], { encoding: 'utf8' });
  if (status !== 0) return undefined;
  const [parentId, ...args] = stdout.trim().split(/\s+/);
  return { parentId: Number(parentId), args };
}
