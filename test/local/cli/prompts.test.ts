/** The prompts of `asp` on a real terminal: they do not show what is typed, and Ctrl-C restores the terminal. */
import { describe, expect, it } from 'vitest';
import { LAUNCHER } from '../../support/cli/child.ts';
import { CTRL_C_KEY, ENTER_KEY, lacksPseudoTerminal, startOnTerminal } from '../../support/cli/pseudo-terminal.ts';
import { openReadyTenant, settingsOf, USER } from '../../support/cli/tenant.ts';

const ASP = `'${process.execPath}' '${LAUNCHER}'`;
const CREATE = `${ASP} create --user '${USER}' --label laptop --scope read:foo`;
/** Prints the exit code of the last command, and whether the terminal shows what is typed. */
const STATE = `echo "exit code $?, $(stty -a | grep -o -E -- '-?\\becho\\b')"`;

describe.skipIf(lacksPseudoTerminal())('asp at a terminal', () => {
  it('asks for the client secret without showing it; Ctrl-C at the prompt exits with 130 and restores the terminal', async () => {
    const { tenant, directory } = await openReadyTenant();
    const { AUTH0_CLIENT_SECRET: secret = '', ...environment } = settingsOf(tenant);
    const terminal = startOnTerminal(`${CREATE}; ${STATE}; ${CREATE}; ${STATE}`, { directory, environment });
    await terminal.untilShown(/\(not shown\): /);
    terminal.type(`half of a secr${CTRL_C_KEY}`);
    await terminal.untilShown(/exit code 130, echo\r\n/);
    expect(tenant.requests).toEqual([]);
    expect(terminal.output.stdout).toContain('Interrupted.');
    await terminal.untilShown(/\(not shown\): .*\(not shown\): /s);
    // A person corrects the input: deletes the line, and a character.
    terminal.type(`wrong\u0015${secret}x\u007f${ENTER_KEY}`);
    await terminal.untilShown(/exit code 0, echo\r\n/);
    expect(await terminal.ended).toBe(0);
    const [made] = tenant.state.applicationPasswords.values();
    expect(terminal.output.stdout).toContain(`\r\n${made?.value}\r\n`);
    expect(terminal.output.stdout).not.toMatch(new RegExp(`half of|wrong|${secret}`));
  });

  it('asks for a token without showing it, and asks before a deletion', async () => {
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
