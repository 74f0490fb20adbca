/** The prompts of `asp` on a real terminal: what is typed is not shown, and Ctrl-C leaves everything as it was. */
import { describe, expect, it } from 'vitest';
import { LAUNCHER } from '../../support/cli/child.ts';
import { CTRL_C_KEY, ENTER_KEY, lacksPseudoTerminal, startOnTerminal } from '../../support/cli/pseudo-terminal.ts';
import { openReadyTenant, settingsOf, USER } from '../../support/cli/tenant.ts';

const ASP = `'${process.execPath}' '${LAUNCHER}'`;
const CREATE = `${ASP} create --user '${USER}' --label laptop --scope read:foo`;
/** Says how the last command ended, and whether the terminal shows what is typed. */
const STATE = `echo "exit code $?, $(stty -a | grep -o -E -- '-?\\becho\\b')"`;

describe.skipIf(lacksPseudoTerminal())('at a terminal', () => {
  it('the client secret is asked for and not shown; Ctrl-C at the prompt ends with 130 and restores the terminal', async () => {
    const { tenant, directory } = await openReadyTenant();
    const { AUTH0_CLIENT_SECRET: secret = '', ...environment } = settingsOf(tenant);
    const terminal = startOnTerminal(`${CREATE}; ${STATE}; ${CREATE}; ${STATE}`, { directory, environment });
    await terminal.untilShown(/\(not shown\): /);
    terminal.type(`half of a secr${CTRL_C_KEY}`);
    await terminal.untilShown(/exit code 130, echo\r\n/);
    expect(tenant.requests).toEqual([]);
    expect(terminal.output.stdout).toContain('Interrupted.');
    await terminal.untilShown(/\(not shown\): .*\(not shown\): /s);
    // The corrections of a person who types: rubbed out, begun anew.
    terminal.type(`wrong\u0015${secret}x\u007f${ENTER_KEY}`);
    await terminal.untilShown(/exit code 0, echo\r\n/);
    expect(await terminal.ended).toBe(0);
    const [made] = tenant.state.applicationPasswords.values();
    expect(terminal.output.stdout).toContain(`\r\n${made?.value}\r\n`);
    expect(terminal.output.stdout).not.toMatch(new RegExp(`half of|wrong|${secret}`));
  });

  it('a token is asked for and not shown, and a deletion is asked about', async () => {
    const { tenant, directory, asp } = await openReadyTenant({ now: Date.now });
    const { stdout: value } = await asp(['create', '--user', USER, '--label', 'laptop', '--scope', 'read:foo']);
    const [id = ''] = tenant.state.applicationPasswords.keys();
    const line = `${ASP} introspect --key key.json; ${STATE}; ${ASP} delete ${id} --user '${USER}'; ${STATE}`;
    const terminal = startOnTerminal(line, { directory, environment: settingsOf(tenant) });
    await terminal.untilShown(/Token \(not shown\): /);
    terminal.type(`${value.trim()}${ENTER_KEY}`);
    await terminal.untilShown(/exit code 0, echo\r\n/);
    expect(terminal.output.stdout).toMatch(/active\S* +yes/);
    expect(terminal.output.stdout).toContain('\u001b[2m');
    expect(terminal.output.stdout).not.toContain(value.trim());
    await terminal.untilShown(/Delete asp_[0-9a-f]+ \("laptop"\) of auth0\|1234\? \[y\/N\] /);
    terminal.type(`y${ENTER_KEY}`);
    expect(await terminal.ended).toBe(0);
    expect(terminal.output.stdout).toContain(`Deleted ${id}.`);
    expect(tenant.state.applicationPasswords.size).toBe(0);
  });
});
