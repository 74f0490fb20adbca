/** A git repository behind the local API, served as plain files, and the real programs that send its users' tokens as Basic. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, normalize } from 'node:path';
import { onTestFinished } from 'vitest';

/** What the clone of the repository holds. */
export const README_TEXT = 'behind the authorizer\n';

export interface GitBackend {
  readonly url: string;
  /** The requests that the authorizer let through. */
  readonly seen: { readonly url: string; readonly headers: IncomingHttpHeaders }[];
}

export interface Ran {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Whether the tests with a program must be skipped because it is missing. With `CI=true` they run, and fail. */
export function lacks(program: string): boolean {
  const isMissing = spawnSync(program, ['--version']).error !== undefined && process.env.CI !== 'true';
  if (isMissing) process.stderr.write(`Skipped: the tests with ${program}, because it is missing.\n`);
  return isMissing;
}

export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'git-test-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** No settings of the machine apply, and nothing asks for a password. */
const GIT_ENVIRONMENT = {
  PATH: process.env.PATH,
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_SYSTEM: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
  GIT_AUTHOR_NAME: 'Test',
  GIT_AUTHOR_EMAIL: 'test@example.com',
  GIT_COMMITTER_NAME: 'Test',
  GIT_COMMITTER_EMAIL: 'test@example.com',
};

/** Runs a program to its end. */
export function run(program: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Ran> {
  const child = spawn(program, args, {
    env: { ...GIT_ENVIRONMENT, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      output[stream] += text;
    });
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ exitCode, ...output }));
  });
}

/** Runs git with a credential helper that knows one user name and one secret. */
export function git(args: readonly string[], username: string, secret: string): Promise<Ran> {
  const helper = '!f() { test "$1" = get && echo "username=$NAME" && echo "password=$SECRET"; }; f';
  return run('git', ['-c', `credential.helper=${helper}`, ...args], { NAME: username, SECRET: secret });
}

/** Creates a repository and serves its files, as git's "dumb" protocol needs them. */
export async function startGitBackend(): Promise<GitBackend> {
  const directory = temporaryDirectory();
  const [work, bare] = [join(directory, 'work'), join(directory, 'repo.git')];
  const runGit = (...args: string[]) => execFileSync('git', args, { env: GIT_ENVIRONMENT, stdio: 'ignore' });
  runGit('init', '--initial-branch=main', work);
  writeFileSync(join(work, 'README'), README_TEXT);
  runGit('-C', work, 'add', 'README');
  runGit('-C', work, 'commit', '--message=First');
  runGit('clone', '--bare', work, bare);
  runGit('-C', bare, 'update-server-info');
  return serveFiles(directory);
}

async function serveFiles(directory: string): Promise<GitBackend> {
  const seen: GitBackend['seen'] = [];
  const server = createServer(({ url = '/', headers }, response) => {
    seen.push({ url, headers });
    const { pathname } = new URL(url, 'http://backend');
    try {
      response.end(readFileSync(join(directory, normalize(pathname))));
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}
