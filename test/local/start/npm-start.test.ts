/** Runs `npm start` as a user does: a child process, its output and its exit code. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';

const ROOT = new URL('../../../', import.meta.url).pathname;
const FREE_PORTS = { PORT: '0', TENANT_PORT: '0' };

describe('npm start -- --json', () => {
  it('prints one line with everything needed to call the API, and exits with 0 on Ctrl-C', async () => {
    const child = start(['--json'], FREE_PORTS);
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const ready = JSON.parse((await lines.next()).value);
    expect(ready).toEqual({
      gateway: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/$/),
      issuer: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/$/),
      audience: 'https://demo.api',
      users: expect.arrayContaining([
        { userId: 'auth0|1234', username: 'user@gmail.com', password: expect.any(String) },
      ]),
      tokens: {
        jwt: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
        opaque: expect.any(String),
        asp: expect.stringMatching(/^[A-Za-z]{16}$/),
        refresh: expect.any(String),
        expiredJwt: expect.any(String),
      },
      management: { clientId: 'local-management-client', clientSecret: expect.any(String) },
      appPasswords: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/$/),
    });
    expect(await statusOf(ready.gateway, ready.tokens.asp)).toBe(200);
    expect(await statusOf(ready.gateway, ready.tokens.refresh)).toBe(401);
    child.kill('SIGINT');
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect((await lines.next()).done).toBe(true);
  });
});

describe('npm start -- --client-keys', () => {
  it('prints the private key of the management client instead of a secret, and its API checks passwords', async () => {
    const child = start(['--json', '--client-keys'], FREE_PORTS);
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const { management, gateway, users } = JSON.parse((await lines.next()).value);
    expect(management).toEqual({
      clientId: 'local-management-client',
      privateKey: expect.stringMatching(/^-----BEGIN PRIVATE KEY-----\n/),
    });
    const authorization = `Basic ${btoa(`${users[0].username}:${users[0].password}`)}`;
    expect((await fetch(`${gateway}foo`, { headers: { authorization } })).status).toBe(200);
    child.kill('SIGINT');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });
});

describe('npm start', () => {
  it('prints the status of each kind of credential', async () => {
    const child = start([], FREE_PORTS);
    const shown: string[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      shown.push(line);
      if (line.startsWith('Press Ctrl-C')) child.kill('SIGINT');
    }
    expect(shown.filter((line) => /^\d{3} /.test(line))).toEqual([
      '200 allowed   JWT as Bearer',
      '200 allowed   opaque token as Bearer',
      '200 allowed   ASP as Bearer',
      '200 allowed   username and ASP as Basic',
      '200 allowed   username and password as Basic',
      '200 allowed   JWT signed with PS256',
      '401 refused   expired JWT',
      '401 refused   revoked ASP',
      '401 refused   refresh token',
      '401 refused   no credential',
      '401 refused   encrypted token',
      '403 refused   missing scope: read:foo only',
    ]);
    expect(shown.filter((line) => line.startsWith('    curl '))).toHaveLength(12);
  });

  it('shows a token as the Basic password if a user name is configured, and where to open a WebSocket', async () => {
    const child = start(['-c', 'basicTokenUsers=["token"]'], FREE_PORTS);
    const shown: string[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      shown.push(line);
      if (line.startsWith('Press Ctrl-C')) child.kill('SIGINT');
    }
    expect(shown).toContain('200 allowed   ASP as the Basic password of "token"');
    expect(shown).toContainEqual(expect.stringMatching(/^ {4}curl -i -u token:[A-Za-z]{16} http/));
    expect(shown).toContainEqual(expect.stringMatching(/^A WebSocket {2}ws:\/\/127\.0\.0\.1:\d+\/ /));
  });

  it.each(['dpop=required', 'allowedOrganizations=["org_AbCdEf1234567890"]'])(
    'names no page for app passwords whose tokens would be refused: %s',
    async (pair) => {
      const child = start(['-c', pair, '-c', 'gatewayTtlSeconds=0'], FREE_PORTS);
      const shown: string[] = [];
      for await (const line of createInterface({ input: child.stdout })) {
        shown.push(line);
        if (line.startsWith('Press Ctrl-C')) child.kill('SIGINT');
      }
      expect(shown.join('\n')).toContain('Press Ctrl-C');
      expect(shown.filter((line) => line.startsWith('App passwords'))).toEqual([]);
    },
  );

  it('prints each result before the decision that explains it', async () => {
    const shell = spawn('sh', ['-c', `exec "${process.execPath}" --import tsx bin/start.ts 2>&1`], {
      cwd: ROOT,
      env: { ...process.env, ...FREE_PORTS },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void shell.kill('SIGKILL'));
    const shown: string[] = [];
    for await (const line of createInterface({ input: shell.stdout })) {
      shown.push(line);
      if (line.startsWith('Press Ctrl-C')) shell.kill('SIGINT');
    }
    const decisions = shown.flatMap((line, index) => (line.startsWith('    authorizer: ') ? [index] : []));
    expect(decisions).toHaveLength(11);
    for (const index of decisions) expect(shown[index - 1]).toMatch(/^\d{3} (?:allowed|refused) /);
  });

  it('accepts configuration keys', async () => {
    const child = start(
      ['--json', '-c', 'routes={"GET /x/{id}":["read:foo"]}', '-c', 'basicChallenge=true'],
      FREE_PORTS,
    );
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const ready = JSON.parse((await lines.next()).value);
    const response = await fetch(`${ready.gateway}x/1`);
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toContain('Basic realm=');
  });
});

describe('npm start with invalid input', () => {
  it.each<[string, readonly string[], Readonly<Record<string, string>>, RegExp]>([
    ['an unknown flag', ['--nope'], {}, /--nope/],
    ['an argument', ['nope'], {}, /nope/],
    ['an invalid port', [], { PORT: 'abc' }, /PORT="abc"; expected a port from 0 to 65535/],
    ['a port out of range', [], { TENANT_PORT: '65536' }, /TENANT_PORT="65536"/],
    ['an unknown configuration key', ['-c', 'nope=1'], {}, /nope: unknown; expected one of .*routes/],
    ['an invalid value', ['-c', 'basicOrder=x'], {}, /basicOrder: got "x"; expected "auto"/],
    ['a pair without "="', ['-c', 'basicOrder'], {}, /expected -c key=value/],
  ])('exits with 2 and prints one line for %s', async (_, args, environment, message) => {
    const { code, stdout, stderr } = await end(start(args, { ...FREE_PORTS, ...environment }));
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd()).not.toContain('\n');
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });

  it.each(['PORT', 'TENANT_PORT'])('exits with 2 and prints one line if %s is in use', async (name) => {
    const port = await takenPort();
    const { code, stderr } = await end(start([], { ...FREE_PORTS, [name]: String(port) }));
    expect(stderr).toMatch(
      new RegExp(
        `^A port is not available \\(listen EADDRINUSE.*${port}\\)\\. Set PORT, TENANT_PORT and APP_PASSWORDS_PORT`,
      ),
    );
    expect(stderr.trimEnd()).not.toContain('\n');
    expect(code).toBe(2);
  });

  it('prints the help for --help and exits with 0', async () => {
    const { code, stdout } = await end(start(['--help'], FREE_PORTS));
    expect(stdout).toContain('Usage: npm start');
    expect(code).toBe(0);
  });
});

function start(args: readonly string[], environment: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, ['--import', 'tsx', 'bin/start.ts', ...args], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return child;
}

async function end(child: ChildProcess) {
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.on('data', (chunk: Buffer) => {
      output[name] += chunk.toString();
    });
  }
  const [code] = await once(child, 'close');
  return { code, ...output };
}

async function takenPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
  });
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

async function statusOf(gateway: string, token: string): Promise<number> {
  const { status } = await fetch(`${gateway}foo`, { headers: { authorization: `Bearer ${token}` } });
  return status;
}
