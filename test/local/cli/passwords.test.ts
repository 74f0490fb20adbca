/** `asp create`, `list` and `delete` against the local tenant. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { HttpPort } from '../../../src/core/http.ts';
import { createHttpsClient } from '../../../src/http/https-client.ts';
import { CTRL_C } from '../../support/cli/asp.ts';
import { openReadyTenant, openTenant, takeScope, USER } from '../../support/cli/tenant.ts';
import { DEMO_API } from '../../support/tenant/tenant.ts';

const CREATE = ['create', '--user', USER, '--label', 'laptop', '--scope', 'read:foo'];
const ID = /asp_[0-9a-f]{16}/;

describe('asp create', () => {
  it('prints the value alone on standard output, and warns on standard error that it is shown only once', async () => {
    const { asp, tenant } = await openReadyTenant();
    const { code, stdout, stderr } = await asp(CREATE);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^[A-Za-z]{16}\n$/);
    expect(stderr).toMatch(
      /^Created asp_[0-9a-f]{16} \("laptop"\) for auth0\|1234: read:foo on https:\/\/demo\.api\.\n/,
    );
    expect(stderr).toContain('It is shown only once');
    const [made] = tenant.state.applicationPasswords.values();
    expect(made).toMatchObject({ value: stdout.trim(), label: 'laptop', scope: ['read:foo'], audience: DEMO_API });
  });

  it('accepts several scopes, repeated or in one text, and removes duplicates', async () => {
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

  it('creates nothing if the file exists, and does not change the file', async () => {
    const { asp, tenant, directory, write } = await openReadyTenant();
    write('laptop.asp', 'precious');
    const { code, stderr } = await asp([...CREATE, '--to-file', 'laptop.asp']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/laptop\.asp cannot be written: EEXIST\. Existing files are not overwritten/);
    expect(readFileSync(join(directory, 'laptop.asp'), 'utf8')).toBe('precious');
    expect([...tenant.state.applicationPasswords]).toEqual([]);
  });

  it('creates nothing if the directory cannot be written to', async () => {
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
    [
      'deletes the password again',
      204,
      /asp_[0-9a-f]{16} was deleted again.*\n.*laptop\.asp cannot be written: EEXIST/,
    ],
    [
      'reports a password that it cannot delete',
      500,
      /asp_[0-9a-f]{16} was created, and nobody knows its value\. Delete it/,
    ],
  ])('%s if the file cannot be written in the end', async (_, status, message) => {
    const { asp, tenant, write, directory } = await openReadyTenant();
    if (status === 500) tenant.faults.add({ kind: 'status', status, method: 'DELETE', path: '/api/v2/users/' });
    const client = createHttpsClient();
    const sendAsFileAppears: HttpPort = (request) => {
      if (request.method === 'POST' && request.url.includes('/users/')) write('laptop.asp', 'precious');
      return client.send(request);
    };
    const { code, stdout, stderr } = await asp([...CREATE, '--to-file', 'laptop.asp'], {
      ports: { http: sendAsFileAppears },
    });
    expect(stderr).toMatch(message);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(readFileSync(join(directory, 'laptop.asp'), 'utf8')).toBe('precious');
    expect(tenant.state.applicationPasswords.size).toBe(status === 500 ? 1 : 0);
  });

  it('warns that the password may exist if the connection breaks before the response', async () => {
    const { asp, tenant } = await openReadyTenant();
    tenant.faults.add({ kind: 'dieAfter', method: 'POST', path: '/api/v2/users/', times: 1 });
    const { code, stderr } = await asp(CREATE);
    expect(code).toBe(1);
    expect(stderr).toContain('The password may have been created anyway');
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

  it('asks for the client secret without showing it if no setting has it', async () => {
    const { asp } = await openReadyTenant();
    const { code, questions } = await asp(CREATE, {
      environment: { AUTH0_CLIENT_SECRET: '' },
      answers: ['local-management-secret'],
    });
    expect(code).toBe(0);
    expect(questions).toEqual([{ question: expect.stringContaining('local-management-client'), isSecret: true }]);
  });

  it('exits with 130 on Ctrl-C at that prompt, without a request to the tenant', async () => {
    const { asp, tenant } = await openReadyTenant();
    const run = await asp(CREATE, { environment: { AUTH0_CLIENT_SECRET: '' }, answers: [CTRL_C] });
    expect(run).toMatchObject({ code: 130, stdout: '', stderr: 'Interrupted.\n' });
    expect(tenant.requests).toEqual([]);
  });

  it('prints one JSON object with --json, with the name of the file instead of the value if there is one', async () => {
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

describe('asp create with bad input', () => {
  it.each<[string, readonly string[], RegExp]>([
    ['no user', ['create', '--label', 'x', '--scope', 'a'], /The option --user is missing/],
    ['an empty user', ['create', '--user', '', '--label', 'x', '--scope', 'a'], /The option --user is missing/],
    ['no label', ['create', '--user', USER, '--scope', 'a'], /The option --label is missing/],
    [
      'a long label',
      ['create', '--user', USER, '--label', 'x'.repeat(101), '--scope', 'a'],
      /101 characters; expected at most 100/,
    ],
    [
      'the scope that makes others',
      [...CREATE, '--scope', 'manage:app_passwords'],
      /can have the scope manage:app_passwords/,
    ],
    ['no scope', ['create', '--user', USER, '--label', 'x'], /--scope is missing/],
    ['scopes without quotes', [...CREATE, 'create:foo'], /Got 1 argument besides the options; expected none/],
    [
      'a secret as an option',
      [...CREATE, '--client-secret', 'hunter2'],
      /no option --client-secret\. Secrets do not belong on a command line, because others on this machine can see it/,
    ],
    ['an invalid timeout', [...CREATE, '--timeout', 'soon'], /"timeout" is wrong/],
    [
      'an invalid tenant',
      [...CREATE, '--issuer', 'http://tenant.example/'],
      /"issuer".*http is for this machine only|"managementDomain"/,
    ],
    [
      'a user id of dots only',
      ['create', '--user', '..', '--label', 'x', '--scope', 'a'],
      /an empty id, or one of dots only/,
    ],
  ])('refuses %s before it sends a request', async (_, args, message) => {
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
  it('prints a table with id, label, scopes, audience, created and last used', async () => {
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

  it('shows unprintable characters in a label', async () => {
    const { asp } = await openReadyTenant();
    await asp(['create', '--user', USER, '--label', '\u001b[2Jnice\u202e', '--scope', 'read:foo']);
    const { stdout } = await asp(['list', '--user', USER]);
    expect(stdout).toContain('\\u{1b}[2Jnice\\u{202e}');
  });

  it('reports that there is none, and prints an empty list with --json', async () => {
    const { asp } = await openReadyTenant();
    expect(await asp(['list', '--user', USER])).toMatchObject({
      code: 0,
      stdout: '',
      stderr: 'The user has no app specific password.\n',
    });
    expect((await asp(['list', '--user', USER, '--json'])).stdout).toBe('{"applicationPasswords":[]}\n');
  });

  it('never shows a value', async () => {
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

  it('reports for an unknown user what a user id looks like', async () => {
    const { asp } = await openReadyTenant();
    const { code, stderr } = await asp(['list', '--user', 'user@gmail.com']);
    expect(code).toBe(1);
    expect(stderr).toContain('got 404, "The user does not exist". Expected a user id such as auth0|1234');
  });
});

describe('asp delete', () => {
  it('asks, and deletes after yes', async () => {
    const { asp, tenant } = await openReadyTenant();
    await asp(CREATE);
    const [id = ''] = tenant.state.applicationPasswords.keys();
    const run = await asp(['delete', id, '--user', USER], { answers: ['y'] });
    expect(run).toMatchObject({ code: 0, stdout: '' });
    expect(run.stderr).toMatch(
      new RegExp(`^Deleted ${id}\\.\n.* may accept it until their caches expire .* With --queue or --stack, .*\n$`),
    );
    expect(run.questions).toEqual([{ question: `Delete ${id} ("laptop") of ${USER}? [y/N] `, isSecret: false }]);
    expect(tenant.state.applicationPasswords.size).toBe(0);
  });

  it.each<[string, string | typeof CTRL_C, number]>([
    ['no', 'n', 1],
    ['nothing', '', 1],
    ['anything else', 'yesterday', 1],
    ['Ctrl-C', CTRL_C, 130],
  ])('deletes nothing after %s', async (_, answer, expected) => {
    const { asp, tenant } = await openReadyTenant();
    await asp(CREATE);
    const [id = ''] = tenant.state.applicationPasswords.keys();
    expect(await asp(['delete', id, '--user', USER], { answers: [answer] })).toMatchObject({ code: expected });
    expect(tenant.state.applicationPasswords.size).toBe(1);
  });

  it('does not ask with --yes, and prints the id for programs', async () => {
    const { asp, tenant } = await openReadyTenant();
    await asp(CREATE);
    const [id = ''] = tenant.state.applicationPasswords.keys();
    const { stdout } = await asp(['delete', id, '--user', USER, '--yes', '--json']);
    expect(JSON.parse(stdout)).toEqual({ id, deleted: true, revocation: null });
  });

  it('refuses to run without a terminal to ask on', async () => {
    const { asp, tenant } = await openReadyTenant();
    const { code, stderr } = await asp(['delete', 'asp_x', '--user', USER]);
    expect(code).toBe(2);
    expect(stderr).toContain('Add --yes if you are sure');
    expect(tenant.requests).toEqual([]);
  });

  it('fails for a mistyped id', async () => {
    const { asp } = await openReadyTenant();
    const { code, stderr } = await asp(['delete', 'asp_mistyped', '--user', USER, '--yes']);
    expect(code).toBe(1);
    expect(stderr).toContain('has no app specific password asp_mistyped');
  });
});
