/** `asp delete`: deletes an app specific password. It must be in the user's list, so that a mistyped id does not look like success. */
import type { ApplicationPassword } from '../../management/application-passwords.ts';
import { SetupError, type SetupErrorCode } from '../../management/errors.ts';
import type { Command, Context } from '../command.ts';
import { type ConnectTenant, prepareTenant } from '../connect-tenant.ts';
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
const KIND = 'introspected';
/** After these, nobody knows whether the tenant has deleted the password. */
const AMBIGUOUS: ReadonlySet<SetupErrorCode> = new Set([
  'management_unavailable',
  'management_malformed',
  'management_throttled',
]);
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
    const target = { id, userId, queueUrl };
    const known = found.find((candidate) => candidate.id === id);
    if (known === undefined) return interruption.protect(() => notFound(target, context));
    if (!args.flag('yes')) await confirm(known, userId, context);
    await interruption.protect(async () => {
      await remove(target, connect, context);
      if (!context.isJson) terminal.note(`Deleted ${printable(id)}.`);
      await reportDeletion(target, context);
    });
    return EXIT.done;
  },
};

interface Target {
  readonly id: string;
  readonly userId: string;
  /** `undefined`: no setting names it. */
  readonly queueUrl: string | undefined;
}

/** Deletes the password. After a failure the tenant may have deleted it nevertheless, so the deployment is told then, too. */
async function remove({ id, ...target }: Target, connect: ConnectTenant, context: Context): Promise<void> {
  try {
    await waitFor('the tenant', () => connect().applicationPasswords.remove(target.userId, id), context.ports);
  } catch (error) {
    if (!(error instanceof SetupError && AMBIGUOUS.has(error.code))) throw error;
    const revocation = await revokeAnyway(target, context);
    throw new SetupError(error.code, `${error.message} The password may be deleted nevertheless. ${revocation}`);
  }
}

/** Somebody may have deleted the password without telling the deployment, such as an earlier run whose response was lost. */
async function notFound({ id, ...target }: Target, context: Context): Promise<never> {
  const what = `The user ${target.userId} has no app specific password ${id}. Expected an ID from "asp list".`;
  throw new CliError('not_found', `${what} It may be deleted already. ${await revokeAnyway(target, context)}`);
}

/** @returns whether the deployment was told, and if not, how to do that */
async function revokeAnyway(target: Omit<Target, 'id'>, context: Context): Promise<string> {
  if (target.queueUrl === undefined) {
    return `A deployment with a revocation queue refuses it within seconds after: ${repairLine(target, context)}`;
  }
  try {
    await sendRevocation(target.queueUrl, { userId: target.userId, kind: KIND }, context);
    return 'Sent the revocation nevertheless, so that the deployment refuses it within seconds.';
  } catch (error) {
    return `Its revocation could not be sent. ${describeError(error)} To send it again: ${repairLine(target, context)}`;
  }
}

/** Tells the deployment, and reports whether it was told. */
async function reportDeletion({ id, ...target }: Target, context: Context): Promise<void> {
  const { terminal } = context.ports;
  const report = (revocation: 'sent' | 'failed' | null, note: string | undefined) => {
    if (context.isJson) printJson(terminal, { id, deleted: true, revocation });
    else if (note !== undefined) terminal.note(note);
  };
  if (target.queueUrl === undefined) return report(null, `${STILL_CACHED} ${WITH_A_QUEUE}`);
  try {
    await sendRevocation(target.queueUrl, { userId: target.userId, kind: KIND }, context);
  } catch (error) {
    report('failed', undefined);
    throw new CliError(
      'revocation_unsent',
      `The password is deleted, but its revocation could not be sent. ${describeError(error)} ${STILL_CACHED} To send it again: ${repairLine(target, context)}`,
    );
  }
  report('sent', 'Sent the revocation. The deployment refuses the password within seconds.');
}

/** The command that revokes what this one could not, with the same queue. */
function repairLine({ userId }: Pick<Target, 'userId'>, { args }: Context): string {
  const given = (['queue', 'stack'] as const).flatMap((name) => {
    const value = args.text(name);
    return value === undefined ? [] : [` --${name} ${quoted(value)}`];
  });
  return `asp revoke --user ${quoted(userId)} --kind ${KIND}${given.join('')}`;
}

/** For a shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function assertCanConfirm({ args, ports }: Context): void {
  if (args.flag('yes') || ports.terminal.canAsk) return;
  throw usageError('Deleting needs a confirmation, and there is no terminal to ask on. Add --yes if you are sure.');
}

async function confirm({ id, label }: ApplicationPassword, userId: string, { ports }: Context): Promise<void> {
  const answer = await ports.terminal.ask(printable(`Delete ${id} ("${label}") of ${userId}? [y/N] `), false);
  if (!/^y(?:es)?$/i.test(answer.trim())) throw new CliError('declined', 'Nothing was deleted.');
}
