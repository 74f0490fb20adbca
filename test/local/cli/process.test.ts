/** `asp` as a real process: exit codes, streams, signals, and what others on the machine can see of it. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { LAUNCHER, startAsp, startChild } from '../../support/cli/child.ts';
import { openReadyTenant, settingsOf, USER } from '../../support/cli/tenant.ts';

/** A device that takes nothing; not every system has one. */
const NO_ROOM = '/dev/full';
const CREATE = ['create', '--user', USER, '--label', 'laptop', '--scope', 'read:foo'];

describe('the asp process', () => {
  it('lets what is under way be finished on Ctrl-C, shows it, and ends with 130; meanwhile it tells that it waits', async () => {
    const { tenant, directory } = await openReadyTenant();
    const environment = settingsOf(tenant);
    tenant.faults.add({ kind: 'latency', ms: 4500, method: 'POST', path: '/api/v2/users/', times: 1 });
    const { process: child, output, untilShown, ended } = startAsp(CREATE, { directory, environment });
    await untilShown(/^Waiting for the tenant … 2 s$/m);
    child.kill('SIGINT');
    await untilShown(/^Finishing what is under way/m);
    const seen = processList();
    expect(seen).toContain('asp.mjs create --user');
    expect(seen).not.toContain(environment.AUTH0_CLIENT_SECRET);
    expect(await ended).toBe(130);
    const [made] = tenant.state.applicationPasswords.values();
    expect(output.stdout).toBe(`${made?.value}\n`);
    expect(output.stderr).toMatch(/Interrupted\.\n$/);
  });

  it('ends at once on Ctrl-C while nothing can be lost, and at the second one in any case', async () => {
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
    await create.untilShown(/^Finishing what is under way/m);
    create.process.kill('SIGINT');
    expect(await create.ended).toBe(130);
    expect(readdirSync(directory).sort()).toEqual(['.asp', 'key.json']);
  });

  it('has no colours where the output is no terminal', async () => {
    const { tenant, directory } = await openReadyTenant();
    const child = startAsp(['keys', '--key', 'key.json'], { directory, environment: settingsOf(tenant) });
    expect(await child.ended).toBe(0);
    expect(child.output.stdout).not.toContain('\u001b');
    expect(child.output.stderr).toBe('');
  });

  it.each<[string, string, string]>([
    ['nobody reads', '| true', 'EPIPE'],
    ...(existsSync(NO_ROOM) ? [['has no room left', `> ${NO_ROOM}`, 'ENOSPC'] satisfies [string, string, string]] : []),
  ])('takes back a password whose value goes to an output that %s', async (_, output, code) => {
    const { tenant, directory } = await openReadyTenant();
    const asp = `'${process.execPath}' '${LAUNCHER}' ${CREATE.join(' ').replace(USER, `'${USER}'`)}`;
    const line = `{ ${asp}; echo "exit code $?" >&2; } ${output}`;
    const { ended, output: said } = startChild('sh', ['-c', line], { directory, environment: settingsOf(tenant) });
    await ended;
    expect(said.stderr).toMatch(/was deleted again: nobody knows its value\.$/m);
    expect(said.stderr).toMatch(new RegExp(`cannot be written to standard output: ${code}\\..*\nexit code 1\n$`));
    expect(tenant.state.applicationPasswords.size).toBe(0);
  });

  it('ends as it would have ended when its reader has seen enough', async () => {
    const { tenant, directory } = await openReadyTenant();
    const asp = `'${process.execPath}' '${LAUNCHER}' keys --key`;
    const line = `for key in key.json nope.json; do { ${asp} $key; echo "exit code $?" >&2; } | true; done`;
    const { ended, output } = startChild('sh', ['-c', line], { directory, environment: settingsOf(tenant) });
    await ended;
    expect(output.stderr).toMatch(/^exit code 0\nThere is no signing key .*\nexit code 1\n$/);
  });

  it.skipIf(!existsSync(NO_ROOM))('fails if its output has no room left', async () => {
    const { tenant, directory } = await openReadyTenant();
    const line = `'${process.execPath}' '${LAUNCHER}' keys --key key.json > ${NO_ROOM}`;
    const { ended, output } = startChild('sh', ['-c', line], { directory, environment: settingsOf(tenant) });
    expect(await ended).toBe(1);
    expect(output.stderr).toMatch(/^The result cannot be written to standard output: ENOSPC\./);
  });

  it('reads the settings that are named itself: Node looks for options of its own in what follows the script', async () => {
    const { directory } = await openReadyTenant();
    const child = startAsp(['list', '--user', USER, '--dotenv', 'nope.env'], { directory, environment: {} });
    expect(await child.ended).toBe(2);
    expect(child.output.stderr).toMatch(/^The file nope\.env cannot be read: ENOENT\./);
  });

  it('never goes without the check of certificates', async () => {
    const { tenant, directory } = await openReadyTenant();
    const environment = { ...settingsOf(tenant), NODE_TLS_REJECT_UNAUTHORIZED: '0' };
    const child = startAsp(['list', '--user', USER], { directory, environment });
    expect(await child.ended).toBe(2);
    expect(child.output.stderr).toContain('NODE_EXTRA_CA_CERTS');
    expect(tenant.requests).toEqual([]);
  });
});

/** The command lines of all processes, as everybody on the machine sees them. */
function processList(): string {
  if (!existsSync('/proc/self/cmdline')) return execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' });
  const ids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return ids.map(commandLine).join('\n');
}

function commandLine(id: string): string {
  try {
    return readFileSync(`/proc/${id}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    // It has ended meanwhile.
    return '';
  }
}

async function untilAsked(isAsked: () => boolean): Promise<void> {
  while (!isAsked()) await new Promise((resolve) => setTimeout(resolve, 20));
}
