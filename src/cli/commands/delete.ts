/** `asp delete`: deletes an app specific password. It must be in the user's list, so that a mistyped id does not look like success. */
import type { ApplicationPassword } from '../../management/application-passwords.ts';
import type { Command, Context } from '../command.ts';
import { prepareTenant } from '../connect-tenant.ts';
import { describeError } from '../describe-error.ts';
import { CliError, usageError } from '../errors.ts';
import { EXIT } from '../exit-code.ts';
import { MANAGEMENT_OPTIONS, USER_OPTION } from '../options.ts';
import { printJson } from '../print-json.ts';
import { printable } from '../printable.ts';
import { waitFor } from '../progress.ts';
import { findQueue, QUEUE_OPTIONS, sendRevocation } from '../revocation.ts';
import { aboutUser } from '../user-errors.ts';

const STILL_CACHED =
  'A gateway and an authorizer that know the password may accept it until their caches expire (gatewayTtlSeconds plus cacheTtlSeconds).';
const WITH_A_QUEUE = 'With --queue or --stack, asp delete ends that within seconds.';

export const deleteCommand: Command = {
  name: 'delete',
  summary: 'Delete an app specific password',
  operands: 'ID',
  mostOperands: 1,
  description:
    'Asks for confirmation. With a revocation queue, the deployment refuses the password within seconds. Without one, the\ngateway and the authorizer may accept it until their caches expire: gatewayTtlSeconds plus cacheTtlSeconds. The queue\nneeds AWS credentials from the environment (AWS_PROFILE).',
  options: {
    ...USER_OPTION,
    yes: { type: 'boolean', short: 'y', summary: 'do not ask for confirmation' },
    ...QUEUE_OPTIONS,
    ...MANAGEMENT_OPTIONS,
  },
  examples: [
    { purpose: 'with confirmation', line: "asp delete asp_0123456789abcdef --user 'auth0|1234'" },
    {
      purpose: 'and have the deployment refuse it within seconds',
      line: "asp delete asp_0123456789abcdef --user 'auth0|1234' --stack MyStack",
    },
    { purpose: 'in a script', line: "asp delete asp_0123456789abcdef --user 'auth0|1234' --yes" },
  ],
  run: async (context) => {
    const { args, ports, interruption } = context;
    const { terminal } = ports;
    const [id] = args.positionals;
    if (id === undefined || id === '') throw usageError('The ID of the password is missing. "asp list" shows it.');
    const userId = args.required('user');
    assertCanConfirm(context);
    const queueUrl = await findQueue(context);
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
      if (!context.isJson) terminal.note(`Deleted ${printable(id)}.`);
      await revoke({ id, userId, queueUrl }, context);
    });
    return EXIT.done;
  },
};

interface Deleted {
  readonly id: string;
  readonly userId: string;
  /** `undefined`: no setting names it. */
  readonly queueUrl: string | undefined;
}

/** Tells the deployment, and reports whether it was told. */
async function revoke({ id, userId, queueUrl }: Deleted, context: Context): Promise<void> {
  const { terminal } = context.ports;
  const report = (revocation: 'sent' | 'failed' | null, note: string | undefined) => {
    if (context.isJson) printJson(terminal, { id, deleted: true, revocation });
    else if (note !== undefined) terminal.note(note);
  };
  if (queueUrl === undefined) return report(null, `${STILL_CACHED} ${WITH_A_QUEUE}`);
  try {
    await sendRevocation(queueUrl, { userId, kind: 'introspected' }, context);
  } catch (error) {
    report('failed', undefined);
    throw new CliError(
      'revocation_unsent',
      `The password is deleted, but its revocation could not be sent. ${describeError(error)} ${STILL_CACHED} To send it again: asp revoke --user ${quoted(userId)} --kind introspected`,
    );
  }
  report('sent', 'Sent the revocation. The deployment refuses the password within seconds.');
}

/** For a shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

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
