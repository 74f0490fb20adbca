/** `asp list`: lists the app specific passwords of a user, without their values. */
import type { ApplicationPassword } from '../../management/application-passwords.ts';
import type { Command } from '../command.ts';
import { prepareTenant } from '../connect-tenant.ts';
import { EXIT } from '../exit-code.ts';
import { MANAGEMENT_OPTIONS, USER_OPTION } from '../options.ts';
import { printJson } from '../print-json.ts';
import { waitFor } from '../progress.ts';
import { table } from '../table.ts';
import { timeInWords } from '../time-in-words.ts';
import { aboutUser } from '../user-errors.ts';

const HEADINGS = ['ID', 'LABEL', 'SCOPES', 'AUDIENCE', 'CREATED', 'LAST USED'];

export const list: Command = {
  name: 'list',
  summary: 'List the app specific passwords of a user',
  operands: '',
  mostOperands: 0,
  description: '',
  options: { ...USER_OPTION, ...MANAGEMENT_OPTIONS },
  examples: [
    { purpose: 'as a table', line: "asp list --user 'auth0|1234'" },
    {
      purpose: 'the ids of unused passwords, for a program',
      line: "asp list --user 'auth0|1234' --json | jq '.applicationPasswords[] | select(.lastAccessed == null).id'",
    },
  ],
  run: async (context) => {
    const { terminal, clock } = context.ports;
    const userId = context.args.required('user');
    const connect = await prepareTenant(context);
    const listing = () => aboutUser(userId, connect().applicationPasswords.list(userId));
    const found = await waitFor('the tenant', listing, context.ports);
    if (context.isJson) printJson(terminal, { applicationPasswords: found.map(describe) });
    else if (found.length === 0) terminal.note('The user has no app specific password.');
    else for (const line of lines(found, clock(), terminal.style.bold)) terminal.print(line);
    return EXIT.done;
  },
};

/** Unknown times are `null`, so that the members are always the same. */
function describe(password: ApplicationPassword) {
  return { ...password, createdAt: password.createdAt ?? null, lastAccessed: password.lastAccessed ?? null };
}

function lines(found: readonly ApplicationPassword[], nowMs: number, bold: (text: string) => string) {
  const rows = found.map(({ id, label, scopes, audience, createdAt, lastAccessed }) => [
    id,
    label,
    scopes.join(' '),
    audience,
    when(createdAt, 'unknown', nowMs),
    when(lastAccessed, 'never', nowMs),
  ]);
  return table([HEADINGS, ...rows], (cell, row) => (row === 0 ? bold(cell) : cell));
}

function when(time: string | undefined, absent: string, nowMs: number): string {
  return time === undefined ? absent : timeInWords(Date.parse(time), nowMs);
}
