/** Reads the output of `npm start` and `npm run deploy:local`, and runs the commands in it. */
import { spawn } from 'node:child_process';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import { ROOT } from '../cli/child.ts';

export interface Backend {
  readonly url: string;
  readonly seen: { readonly url: string | undefined; readonly headers: IncomingHttpHeaders }[];
}

/** A backend that responds with 404 to what it does not know, as a real one does. */
export async function startBackend(): Promise<Backend> {
  const seen: Backend['seen'] = [];
  const server = createServer(({ url, headers }, response) => {
    seen.push({ url, headers });
    const isKnown = url?.startsWith('/base/orders') ?? false;
    response.writeHead(isKnown ? 200 : 404, { 'set-cookie': ['a=1', 'b=2'] }).end(Buffer.from([0xff, 0x00]));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/base`, seen };
}

/** Runs a script of `bin` until it waits for Ctrl-C, then calls `whileUp`, and returns all lines after Ctrl-C. */
export async function runUntilReady(
  script: string,
  args: readonly string[],
  whileUp: (lines: readonly string[]) => Promise<void>,
): Promise<{ readonly lines: readonly string[]; readonly exitCode: number | null }> {
  const child = spawn(process.execPath, ['--import', 'tsx', `bin/${script}`, ...args], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, PORT: '0', TENANT_PORT: '0' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const exit = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (!line.startsWith('Press Ctrl-C')) continue;
    await whileUp(lines);
    child.kill('SIGINT');
  }
  return { lines, exitCode: await exit };
}

/** The table: each request with its status. */
export function rowsOf(lines: readonly string[]): readonly string[] {
  return lines.filter((line) => /^\d{3} /.test(line));
}

/** Runs each `curl` line in a shell that has the printed variables. Returns the statuses, in order. */
export async function runCurlLines(lines: readonly string[]): Promise<readonly string[]> {
  const variables = lines.filter((line) => /^ {4}[A-Z_]+=/.test(line));
  const statuses: string[] = [];
  for (const command of lines.filter((line) => line.startsWith('    curl '))) {
    const output = await shell([...variables, command].join('\n'));
    statuses.push(/^HTTP\/1\.1 (\d{3})/.exec(output)?.[1] ?? output);
  }
  return statuses;
}

function shell(script: string): Promise<string> {
  const child = spawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore'] });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  return new Promise((resolve) => child.once('close', () => resolve(Buffer.concat(chunks).toString('latin1'))));
}
