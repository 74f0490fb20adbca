/** `asp delete`: deletes an app specific password. It must be in the user's list, so that a mistyped id does not look like success. */
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
    'Asks for confirmation. The gateway and the authorizer may still accept the password until their caches expire:\ngatewayTtlSeconds plus cacheTtlSeconds.',
  options: {
    ...USER_OPTION,
    yes: { type: 'boolean', short: 'y', summary: 'do not ask for confirmation' },
    ...MANAGEMENT_OPTIONS,
  },
  examples: [
    { purpose: 'with confirmation', line: "asp delete asp_0123456789abcdef --user 'auth0|1234'" },
    { purpose: 'in a script', line: "asp delete asp_0123456789abcdef --user 'auth0|1234' --yes" },
  ],
  run: async (context) => {
    const { args, ports, interruption } = context;
    const { terminal } = ports;
    const [id] = args.positionals;
    if (id === undefined || id === '') throw usageError('The ID of the password is missing. "asp list" shows it.');
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
  throw usageError('Deleting needs a confirmation, and there is no terminal to ask on. Add --yes if you are sure.');
}

function notFound(id: string, userId: string): never {
  throw new CliError(
    'not_found',
    `The user ${userId} has no app specific password ${id}. Expected an ID from "asp list". If the password is already deleted, there is nothing to do.`,
  );
}

async function confirm({ id, label }: ApplicationPassword, userId: string, { ports }: Context): Promise<void> {
  const answer = await ports.terminal.ask(printable(`Delete ${id} ("${label}") of ${userId}? [y/N] `), false);
  if (!/^y(?:es)?$/i.test(answer.trim())) throw new CliError('declined', 'Nothing was deleted.');
}
