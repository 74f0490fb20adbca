/** `asp` as a real process: exit codes, streams, signals, and what others on the machine can see. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { LAUNCHER, ROOT, startAsp, startChild } from '../../support/cli/child.ts';
import { openReadyTenant, settingsOf, USER } from '../../support/cli/tenant.ts';

/** A device that is always full; not every system has one. */
const NO_ROOM = '/dev/full';
const CREATE = ['create', '--user', USER, '--label', 'laptop', '--scope', 'read:foo'];

describe('the asp process', () => {
  it('finishes the current step on Ctrl-C, shows its result, exits with 130, and reports meanwhile that it waits', async () => {
    const { tenant, directory } = await openReadyTenant();
    const environment = settingsOf(tenant);
    tenant.faults.add({ kind: 'latency', ms: 4500, method: 'POST', path: '/api/v2/users/', times: 1 });
    const { process: child, output, untilShown, ended } = startAsp(CREATE, { directory, environment });
    await untilShown(/^Waiting for the tenant … 2 s$/m);
    child.kill('SIGINT');
    await untilShown(/^Finishing the current step/m);
    const seen = processList();
    expect(seen).toContain('asp.js create --user');
    expect(seen).not.toContain(environment.AUTH0_CLIENT_SECRET);
    expect(await ended).toBe(130);
    const [made] = tenant.state.applicationPasswords.values();
    expect(output.stdout).toBe(`${made?.value}\n`);
    expect(output.stderr).toMatch(/Interrupted\.\n$/);
  });

  it('ends at once on Ctrl-C while nothing can be lost, and always at the second Ctrl-C', async () => {
    const { tenant, directory } = await openReadyTenant();
    const options = { directory, environment: settingsOf(tenant) };
    tenant.faults.add({ kind: 'hang', path: '/api/v2/users/' });
    const list = startAsp(['list', '--user', USER], options);
    const create = startAsp([...CREATE, '--to-file', 'laptop.asp'], options);
    await untilAsked(() => tenant.requestLog.find('GET', '/api/v2/users/').length > 0);
    list.process.kill('SIGINT');
    expect(await list.ended).toBe(130);
    await untilAsked(() => tenant.requestLog.find('POST', '/api/v2/users/').length > 0);
    create.process.kill('SIGINT');
    await create.untilShown(/^Finishing the current step/m);
    create.process.kill('SIGINT');
    expect(await create.ended).toBe(130);
    expect(readdirSync(directory).sort()).toEqual(['.asp', 'key.json']);
  });

  it.each(['18.20.4', '20.18.3'])('reports that Node %s is too old, and loads nothing', async (version) => {
    const old = `data:text/javascript,Object.defineProperty(process.versions,'node',{value:'${version}'})`;
    const child = startChild(process.execPath, ['--import', old, LAUNCHER, '--version'], {
      directory: ROOT,
      environment: {},
    });
    expect(await child.ended).toBe(1);
    expect(child.output).toEqual({
      stdout: '',
      stderr: `asp needs Node 20.19 or later; this is Node ${version}.\n`,
    });
  });

  it('prints no colours if the output is not a terminal', async () => {
    const { tenant, directory } = await openReadyTenant();
    const child = startAsp(['keys', '--key', 'key.json'], { directory, environment: settingsOf(tenant) });
    expect(await child.ended).toBe(0);
    expect(child.output.stdout).not.toContain('\u001b');
    expect(child.output.stderr).toBe('');
  });

  it.each<[string, string, string]>([
    ['is closed', '| true', 'EPIPE'],
    ...(existsSync(NO_ROOM) ? [['is full', `> ${NO_ROOM}`, 'ENOSPC'] satisfies [string, string, string]] : []),
  ])('deletes a password again if the output for its value %s', async (_, redirection, code) => {
    const { tenant, directory } = await openReadyTenant();
    const asp = `'${process.execPath}' '${LAUNCHER}' ${CREATE.join(' ').replace(USER, `'${USER}'`)}`;
    const line = `{ ${asp}; echo "exit code $?" >&2; } ${redirection}`;
    const { ended, output } = startChild('sh', ['-c', line], { directory, environment: settingsOf(tenant) });
    await ended;
    expect(output.stderr).toMatch(/was deleted again, because nobody knows its value\.$/m);
    expect(output.stderr).toMatch(new RegExp(`cannot be written to standard output: ${code}\\..*\nexit code 1\n$`));
    expect(tenant.state.applicationPasswords.size).toBe(0);
  });

  it('has the same exit code if its reader stops early', async () => {
    const { tenant, directory } = await openReadyTenant();
    const asp = `'${process.execPath}' '${LAUNCHER}' keys --key`;
    const line = `for key in key.json nope.json; do { ${asp} $key; echo "exit code $?" >&2; } | true; done`;
    const { ended, output } = startChild('sh', ['-c', line], { directory, environment: settingsOf(tenant) });
    await ended;
    expect(output.stderr).toMatch(/^exit code 0\nThere is no signing key .*\nexit code 1\n$/);
  });

  it.skipIf(!existsSync(NO_ROOM))('fails if its output is full', async () => {
    const { tenant, directory } = await openReadyTenant();
    const line = `'${process.execPath}' '${LAUNCHER}' keys --key key.json > ${NO_ROOM}`;
    const { ended, output } = startChild('sh', ['-c', line], { directory, environment: settingsOf(tenant) });
    expect(await ended).toBe(1);
    expect(output.stderr).toMatch(/^The result cannot be written to standard output: ENOSPC\./);
  });

  it('reads a named file of settings itself, although Node looks for its own options after the script', async () => {
    const { directory } = await openReadyTenant();
    const child = startAsp(['list', '--user', USER, '--dotenv', 'nope.env'], { directory, environment: {} });
    expect(await child.ended).toBe(2);
    expect(child.output.stderr).toMatch(/^The file nope\.env cannot be read: ENOENT\./);
  });

  it('never runs without the check of certificates', async () => {
    const { tenant, directory } = await openReadyTenant();
    const environment = { ...settingsOf(tenant), NODE_TLS_REJECT_UNAUTHORIZED: '0' };
    const child = startAsp(['list', '--user', USER], { directory, environment });
    expect(await child.ended).toBe(2);
    expect(child.output.stderr).toContain('NODE_EXTRA_CA_CERTS');
    expect(tenant.requests).toEqual([]);
  });
});

/** The command lines of all processes, as everybody on the machine can see them. */
function processList(): string {
  if (!existsSync('/proc/self/cmdline')) return execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' });
  const ids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return ids.map(commandLine).join('\n');
}

function commandLine(id: string): string {
  try {
    return readFileSync(`/proc/${id}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    // The process has ended in the meantime.
    return '';
  }
}

async function untilAsked(isAsked: () => boolean): Promise<void> {
  while (!isAsked()) await new Promise((resolve) => setTimeout(resolve, 20));
}
