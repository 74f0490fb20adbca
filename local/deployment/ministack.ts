/**
 * Runs the AWS emulator on loopback. It keeps everything in memory and in one temporary directory. It enforces roles,
 * so a function without a required permission fails here as it does on AWS.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { end, start } from './child-process.ts';
import { freePort } from './free-port.ts';

export interface Ministack {
  /** Without a trailing slash. */
  readonly url: string;
  readonly pid: number;
  /** All output so far. */
  output(): string;
  /** Stops it and every process that it started, and deletes its files. */
  close(): Promise<void>;
}

const READY_WITHIN_MS = 20_000;
const LOOPBACK = '127.0.0.1';
/** Ends when its input closes, so that it does not outlive us even if we are killed. */
const RUN = `
import os, runpy, signal, sys, threading
def watch():
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)
threading.Thread(target=watch, daemon=True).start()
runpy.run_path(sys.argv.pop(1), run_name='__main__')
`;

/**
 * Starts the emulator.
 *
 * @param file the path that `installMinistack` returned
 * @throws Error if it does not become ready
 */
export async function startMinistack(file: string): Promise<Ministack> {
  const directory = await mkdtemp(join(tmpdir(), 'ministack-'));
  const port = await freePort();
  const url = `http://${LOOPBACK}:${port}`;
  let output = '';
  const listen = (text: string) => {
    output += text;
  };
  const environment = environmentOf(directory, port);
  const python = join(dirname(file), 'python');
  const child = start({ file: python, args: ['-c', RUN, file], environment, directory, hasInput: true, listen });
  const close = async () => {
    await end(child);
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  };
  child.once('error', () => {});
  try {
    await becomeReady(url, () => child.exitCode === null && child.pid !== undefined);
  } catch (error) {
    await close();
    throw new Error(`The AWS emulator did not start: ${output.trim().split('\n').at(-1) ?? ''}`, { cause: error });
  }
  return { url, pid: child.pid ?? 0, output: () => output, close };
}

/** Functions inherit this environment, so it contains nothing of ours. They run on the same Node as this process. */
function environmentOf(directory: string, port: number): Readonly<Record<string, string>> {
  return {
    PATH: [dirname(process.execPath), '/usr/bin', '/bin'].join(delimiter),
    HOME: directory,
    TMPDIR: directory,
    LANG: 'C.UTF-8',
    PYTHONDONTWRITEBYTECODE: '1',
    GATEWAY_PORT: String(port),
    BIND_HOST: LOOPBACK,
    MINISTACK_HOST: 'localhost',
    SFTP_ENABLED: '0',
    IOT_MTLS_ENABLED: '0',
    AUTH: 'true',
    LOG_LEVEL: 'INFO',
    NODE_NO_WARNINGS: '1',
  };
}

async function becomeReady(url: string, isAlive: () => boolean): Promise<void> {
  const deadlineMs = Date.now() + READY_WITHIN_MS;
  while (Date.now() < deadlineMs && isAlive()) {
    const response = await fetch(`${url}/_ministack/health`).catch(() => undefined);
    await response?.arrayBuffer();
    if (response?.ok) return;
    await sleep(50);
  }
  throw new Error('It did not become ready in time.');
}
