/** `asp delete`: takes an app specific password from its user. Only one that is listed: a mistyped id must not pass for done. */
import type { ApplicationPassword } from '../../management/application-passwords.ts';
import type { Command, Context } from '../command.ts';
import { prepareTenant } from '../connect-tenant.ts';
import { CliError, usageError } from '../errors.ts';
import { EXIT } from '../exit-code.ts';
import { MANAGEMENT_OPTIONS, USER_OPTION } from '../options.ts';
import { printJson } from '../print-json.ts';
import { printable } from '../printable.ts';
import { waitFor } from '../progress.ts';
import { aboutUser } from '../user-errors.ts';

export const deleteCommand: Command = {
  name: 'delete',
  summary: 'Delete an app specific password',
  operands: 'ID',
  mostOperands: 1,
  description:
    'It asks first. Gateway and authorizer may go on accepting it for as long as they keep what they know:\ngatewayTtlSeconds and cacheTtlSeconds together.',
  options: {
    ...USER_OPTION,
    yes: { type: 'boolean', short: 'y', summary: 'do not ask' },
    ...MANAGEMENT_OPTIONS,
  },
  examples: [
    { purpose: 'after asking', line: "asp delete asp_0123456789abcdef --user 'auth0|1234'" },
    { purpose: 'in a script', line: "asp delete asp_0123456789abcdef --user 'auth0|1234' --yes" },
  ],
  run: async (context) => {
    const { args, ports, interruption } = context;
    const { terminal } = ports;
    const [id] = args.positionals;
    if (id === undefined || id === '') throw usageError('Which one? Expected its ID; "asp list" shows it.');
    const userId = args.required('user');
    assertCanConfirm(context);
    const connect = await prepareTenant(context);
    const found = await waitFor(
      'the tenant',
      () => aboutUser(userId, connect().applicationPasswords.list(userId)),
      ports,
    );
    const known = found.find((candidate) => candidate.id === id) ?? notFound(id, userId);
    if (!args.flag('yes')) await confirm(known, userId, context);
    await interruption.protect(async () => {
      await waitFor('the tenant', () => connect().applicationPasswords.remove(userId, id), ports);
      if (context.isJson) printJson(terminal, { id, deleted: true });
      else terminal.note(`Deleted ${printable(id)}.`);
    });
    return EXIT.done;
  },
};

function assertCanConfirm({ args, ports }: Context): void {
  if (args.flag('yes') || ports.terminal.canAsk) return;
  throw usageError('Deleting asks first, and there is no terminal to ask. Add --yes if you are sure.');
}

function notFound(id: string, userId: string): never {
  throw new CliError(
    'not_found',
    `The user ${userId} has no app specific password ${id}. Expected an ID that "asp list" shows; if it is deleted already, there is nothing to do.`,
  );
}

async function confirm({ id, label }: ApplicationPassword, userId: string, { ports }: Context): Promise<void> {
  const answer = await ports.terminal.ask(printable(`Delete ${id} ("${label}") of ${userId}? [y/N] `), false);
  if (!/^y(?:es)?$/i.test(answer.trim())) throw new CliError('declined', 'Nothing was deleted.');
}
