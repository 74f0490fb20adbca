/** `asp create`, `list` and `delete` against the local tenant. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CTRL_C } from '../../support/cli/asp.ts';
import { DEMO_API, openReadyTenant, openTenant, takeScope, USER } from '../../support/cli/tenant.ts';

const CREATE = ['create', '--user', USER, '--label', 'laptop', '--scope', 'read:foo'];
const ID = /asp_[0-9a-f]{16}/;

describe('asp create', () => {
  it('prints the value alone on standard output, and says on the other stream that it is shown this once', async () => {
    const { asp, tenant } = await openReadyTenant();
    const { code, stdout, stderr } = await asp(CREATE);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^[A-Za-z]{16}\n$/);
    expect(stderr).toMatch(/^Made asp_[0-9a-f]{16} \("laptop"\) for auth0\|1234: read:foo on https:\/\/demo\.api\.\n/);
    expect(stderr).toContain('It is shown this once');
    const [made] = tenant.state.applicationPasswords.values();
    expect(made).toMatchObject({ value: stdout.trim(), label: 'laptop', scope: ['read:foo'], audience: DEMO_API });
  });

  it('takes several scopes, repeated or in one text, each once', async () => {
    const { asp, tenant } = await openReadyTenant();
    await asp([...CREATE, '--scope', 'create:foo update:foo', '--scope', 'read:foo,delete:foo']);
    const [made] = tenant.state.applicationPasswords.values();
    expect(made?.scope).toEqual(['read:foo', 'create:foo', 'update:foo', 'delete:foo']);
  });

  it('writes the value with mode 0600 to a file instead, and shows it nowhere', async () => {
    const { asp, tenant, directory } = await openReadyTenant();
    const { code, stdout, stderr } = await asp([...CREATE, '--to-file', 'laptop.asp']);
    const [made] = tenant.state.applicationPasswords.values();
    expect(code).toBe(0);
    expect(readFileSync(join(directory, 'laptop.asp'), 'utf8')).toBe(`${made?.value}\n`);
    expect(statSync(join(directory, 'laptop.asp')).mode & 0o777).toBe(0o600);
    expect(stdout).toBe('');
    expect(stderr).not.toContain(made?.value);
    expect(readdirSync(directory).sort()).toEqual(['.asp', 'key.json', 'laptop.asp']);
  });

  it('makes nothing if the file is there, and leaves the file alone', async () => {
    const { asp, tenant, directory, write } = await openReadyTenant();
    write('laptop.asp', 'precious');
    const { code, stderr } = await asp([...CREATE, '--to-file', 'laptop.asp']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/laptop\.asp cannot be written: EEXIST\. Files that exist are not written over/);
    expect(readFileSync(join(directory, 'laptop.asp'), 'utf8')).toBe('precious');
    expect([...tenant.state.applicationPasswords]).toEqual([]);
  });

  it('makes nothing if the directory cannot be written to', async () => {
    const { asp, tenant } = await openReadyTenant();
    const { code, stderr } = await asp([...CREATE, '--to-file', '/proc/nowhere/laptop.asp']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^The file \/proc\/nowhere\/laptop\.asp cannot be written/);
    expect([...tenant.state.applicationPasswords]).toEqual([]);
  });

  it('leaves no file behind if the tenant refuses', async () => {
    const { asp, directory } = await openReadyTenant();
    const { code, stderr } = await asp([...CREATE, '--scope', 'nope:foo', '--to-file', 'laptop.asp']);
    expect(code).toBe(1);
    expect(stderr).toContain('Unknown scopes: nope:foo');
    expect(readdirSync(directory).sort()).toEqual(['.asp', 'key.json']);
  });

  it.each([
    ['deletes it again', 204, /asp_[0-9a-f]{16} was deleted again.*\n.*laptop\.asp cannot be written: EEXIST/],
    ['says that it is left over', 500, /asp_[0-9a-f]{16} was made, and nobody knows its value: delete it\.\n/],
  ])('%s if the file cannot be written after all', async (_, status, message) => {
    const { asp, tenant, write, directory } = await openReadyTenant();
    if (status === 500) tenant.faults.add({ kind: 'status', status, method: 'DELETE', path: '/api/v2/users/' });
    const fetchAsFileAppears: typeof fetch = (url, init) => {
      if (init?.method === 'POST' && String(url).includes('/users/')) write('laptop.asp', 'precious');
      return fetch(url, init);
    };
    const { code, stdout, stderr } = await asp([...CREATE, '--to-file', 'laptop.asp'], {
      ports: { fetch: fetchAsFileAppears },
    });
    expect(stderr).toMatch(message);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(readFileSync(join(directory, 'laptop.asp'), 'utf8')).toBe('precious');
    expect(tenant.state.applicationPasswords.size).toBe(status === 500 ? 1 : 0);
  });

  it('says that it may have been made if the connection broke before the answer', async () => {
    const { asp, tenant } = await openReadyTenant();
    tenant.faults.add({ kind: 'dieAfter', method: 'POST', path: '/api/v2/users/', times: 1 });
    const { code, stderr } = await asp(CREATE);
    expect(code).toBe(1);
    expect(stderr).toContain('It may have been made all the same');
    expect(tenant.state.applicationPasswords.size).toBe(1);
  });

  it('names the scope that the management client lacks, and the client', async () => {
    const { asp, tenant } = await openReadyTenant();
    takeScope(tenant, 'create:user_application_passwords');
    const { code, stderr } = await asp(CREATE);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /client "local-management-client" lacks a scope .* expected create:user_application_passwords\. Give it/,
    );
  });

  it('asks for the client secret, hidden, if no setting has it', async () => {
    const { asp } = await openReadyTenant();
    const { code, questions } = await asp(CREATE, {
      environment: { AUTH0_CLIENT_SECRET: '' },
      answers: ['local-management-secret'],
    });
    expect(code).toBe(0);
    expect(questions).toEqual([{ question: expect.stringContaining('local-management-client'), isSecret: true }]);
  });

  it('ends with 130 on Ctrl-C at that prompt, having asked the tenant nothing', async () => {
    const { asp, tenant } = await openReadyTenant();
    const run = await asp(CREATE, { environment: { AUTH0_CLIENT_SECRET: '' }, answers: [CTRL_C] });
    expect(run).toMatchObject({ code: 130, stdout: '', stderr: 'Interrupted.\n' });
    expect(tenant.requests).toEqual([]);
  });

  it('prints one JSON object with --json; with a file it names that instead of the value', async () => {
    const { asp } = await openReadyTenant();
    expect(JSON.parse((await asp([...CREATE, '--json'])).stdout)).toEqual({
      id: expect.stringMatching(ID),
      label: 'laptop',
      audience: DEMO_API,
      scopes: ['read:foo'],
      createdAt: '2026-11-22T12:00:00.000Z',
      value: expect.stringMatching(/^[A-Za-z]{16}$/),
    });
    const toFile = JSON.parse((await asp([...CREATE, '--json', '--to-file', 'x.asp'])).stdout);
    expect(toFile).toMatchObject({ file: 'x.asp' });
    expect(toFile).not.toHaveProperty('value');
  });
});

describe('bad input to asp create is told before the tenant is asked', () => {
  it.each<[string, readonly string[], RegExp]>([
    ['no user', ['create', '--label', 'x', '--scope', 'a'], /The option --user is missing/],
    ['an empty user', ['create', '--user', '', '--label', 'x', '--scope', 'a'], /The option --user is missing/],
    ['no label', ['create', '--user', USER, '--scope', 'a'], /The option --label is missing/],
    [
      'a long label',
      ['create', '--user', USER, '--label', 'x'.repeat(101), '--scope', 'a'],
      /101 characters; wanted at most 100/,
    ],
    ['no scope', ['create', '--user', USER, '--label', 'x'], /--scope is missing/],
    ['scopes without quotes', [...CREATE, 'create:foo'], /Got one beside the options; wanted none/],
    [
      'a secret as an option',
      [...CREATE, '--client-secret', 'hunter2'],
      /no option --client-secret: what stands on a command line is seen/,
    ],
    ['a timeout that is none', [...CREATE, '--timeout', 'soon'], /"timeout" is wrong/],
    [
      'a tenant that is none',
      [...CREATE, '--issuer', 'http://tenant.example/'],
      /"issuer".*http is for this machine only|"managementDomain"/,
    ],
    ['a user of dots', ['create', '--user', '..', '--label', 'x', '--scope', 'a'], /an empty id or one of dots only/],
  ])('%s', async (_, args, message) => {
    const { asp, tenant, secrets } = await openTenant();
    secrets.add('hunter2');
    const { code, stdout, stderr } = await asp(args);
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd()).not.toContain('\n');
    expect(stdout).toBe('');
    expect(code).toBe(2);
    expect(tenant.requests).toEqual([]);
  });
});

describe('asp list', () => {
  it('is a table with id, label, scopes, audience, created and last used', async () => {
    const { asp, clock, tenant } = await openReadyTenant();
    await asp(CREATE);
    const [made] = tenant.state.applicationPasswords.values();
    if (made) tenant.state.applicationPasswords.set(made.id, { ...made, lastAccessedMs: clock.ms + 3_600_000 });
    clock.ms += 2 * 86_400_000;
    await asp([...CREATE.slice(0, 3), '--label', 'backup', '--scope', 'read:foo create:foo']);
    const { stdout } = await asp(['list', '--user', USER]);
    const rows = stdout.split('\n').map((line) => line.split(/ {2,}/));
    const id = expect.stringMatching(ID);
    expect(rows).toEqual([
      ['ID', 'LABEL', 'SCOPES', 'AUDIENCE', 'CREATED', 'LAST USED'],
      [id, 'laptop', 'read:foo', DEMO_API, '2026-11-22T12:00:00Z (2 days ago)', '2026-11-22T13:00:00Z (1 day ago)'],
      [id, 'backup', 'read:foo create:foo', DEMO_API, '2026-11-24T12:00:00Z (now)', 'never'],
      [''],
    ]);
  });

  it('shows what a label hides', async () => {
    const { asp } = await openReadyTenant();
    await asp(['create', '--user', USER, '--label', '\u001b[2Jnice\u202e', '--scope', 'read:foo']);
    const { stdout } = await asp(['list', '--user', USER]);
    expect(stdout).toContain('\\u{1b}[2Jnice\\u{202e}');
  });

  it('says that there is none, and is an empty list with --json', async () => {
    const { asp } = await openReadyTenant();
    expect(await asp(['list', '--user', USER])).toMatchObject({
      code: 0,
      stdout: '',
      stderr: 'The user has no app specific password.\n',
    });
    expect((await asp(['list', '--user', USER, '--json'])).stdout).toBe('{"applicationPasswords":[]}\n');
  });

  it('never holds a value', async () => {
    const { asp, secrets } = await openReadyTenant();
    secrets.add((await asp(CREATE)).stdout.trim());
    const { stdout } = await asp(['list', '--user', USER, '--json']);
    expect(JSON.parse(stdout).applicationPasswords).toEqual([
      {
        id: expect.stringMatching(ID),
        label: 'laptop',
        audience: DEMO_API,
        scopes: ['read:foo'],
        createdAt: expect.any(String),
        lastAccessed: null,
      },
    ]);
  });

  it('says of an unknown user what a user id looks like', async () => {
    const { asp } = await openReadyTenant();
    const { code, stderr } = await asp(['list', '--user', 'user@gmail.com']);
    expect(code).toBe(1);
    expect(stderr).toContain('got 404, "The user does not exist.". Expected a user\'s id such as auth0|1234');
  });
});

describe('asp delete', () => {
  it('asks, and deletes on yes', async () => {
    const { asp, tenant } = await openReadyTenant();
    await asp(CREATE);
    const [id = ''] = tenant.state.applicationPasswords.keys();
    const run = await asp(['delete', id, '--user', USER], { answers: ['y'] });
    expect(run).toMatchObject({ code: 0, stdout: '', stderr: `Deleted ${id}.\n` });
    expect(run.questions).toEqual([{ question: `Delete ${id} ("laptop") of ${USER}? [y/N] `, isSecret: false }]);
    expect(tenant.state.applicationPasswords.size).toBe(0);
  });

  it.each<[string, string | typeof CTRL_C, number]>([
    ['no', 'n', 1],
    ['nothing', '', 1],
    ['anything else', 'yesterday', 1],
    ['Ctrl-C', CTRL_C, 130],
  ])('deletes nothing on %s', async (_, answer, expected) => {
    const { asp, tenant } = await openReadyTenant();
    await asp(CREATE);
    const [id = ''] = tenant.state.applicationPasswords.keys();
    expect(await asp(['delete', id, '--user', USER], { answers: [answer] })).toMatchObject({ code: expected });
    expect(tenant.state.applicationPasswords.size).toBe(1);
  });

  it('does not ask with --yes, and tells programs', async () => {
    const { asp, tenant } = await openReadyTenant();
    await asp(CREATE);
    const [id = ''] = tenant.state.applicationPasswords.keys();
    const { stdout } = await asp(['delete', id, '--user', USER, '--yes', '--json']);
    expect(JSON.parse(stdout)).toEqual({ id, deleted: true });
  });

  it('refuses to ask where there is no terminal', async () => {
    const { asp, tenant } = await openReadyTenant();
    const { code, stderr } = await asp(['delete', 'asp_x', '--user', USER]);
    expect(code).toBe(2);
    expect(stderr).toContain('Add --yes if you are sure');
    expect(tenant.requests).toEqual([]);
  });

  it('does not pass a mistyped id for done', async () => {
    const { asp } = await openReadyTenant();
    const { code, stderr } = await asp(['delete', 'asp_mistyped', '--user', USER, '--yes']);
    expect(code).toBe(1);
    expect(stderr).toContain('has no app specific password asp_mistyped');
  });
});
