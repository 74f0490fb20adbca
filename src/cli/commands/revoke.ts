/** `asp revoke`: makes a deployment check again what it has cached about a user. Sends nothing to the tenant. */
import { parseSubject } from '../../revocation/log-events.ts';
import { REVOCATION_KINDS, type RevocationKind } from '../../shared-state/revocation-mark.ts';
import type { Arguments } from '../arguments.ts';
import type { Command } from '../command.ts';
import { usageError } from '../errors.ts';
import { EXIT } from '../exit-code.ts';
import { USER_OPTION } from '../options.ts';
import { printJson } from '../print-json.ts';
import { printable } from '../printable.ts';
import { QUEUE_OPTIONS, requireQueue, sendRevocation } from '../revocation.ts';

const EFFECTS: Readonly<Record<RevocationKind, string>> = {
  introspected: 'Tokens and app specific passwords of the user are introspected again.',
  all: 'Everything that is cached about the user is checked again. With revokeJwts, JWTs that were issued before now are refused.',
};

export const revoke: Command = {
  name: 'revoke',
  summary: 'Make a deployment forget what it knows about a user',
  operands: '',
  mostOperands: 0,
  description:
    'For a user who was changed at the tenant, or whose app specific password was deleted there. Takes effect in seconds,\nalthough the credentials are still cached. Changes nothing at the tenant. AWS credentials come from the environment\n(AWS_PROFILE). Exit code 0 means that the message is in the queue.',
  options: {
    ...USER_OPTION,
    kind: {
      type: 'string',
      placeholder: 'KIND',
      summary: 'all (default), or introspected: only results of introspection',
    },
    ...QUEUE_OPTIONS,
  },
  examples: [
    { purpose: 'everything of a user, in the stack that cdk.json names', line: "asp revoke --user 'auth0|1234'" },
    {
      purpose: 'after an app specific password was deleted, for a program',
      line: "asp revoke --user 'auth0|1234' --kind introspected --stack MyStack --json",
    },
  ],
  run: async (context) => {
    const { args, ports, interruption, isJson } = context;
    const userId = userOf(args);
    const kind = kindOf(args);
    const queueUrl = await requireQueue(context);
    await interruption.protect(async () => {
      await sendRevocation(queueUrl, { userId, kind }, context);
      if (isJson) printJson(ports.terminal, { user: userId, kind, revocation: 'sent' });
      else ports.terminal.note(printable(`Sent the revocation of ${userId}. ${EFFECTS[kind]}`));
    });
    return EXIT.done;
  },
};

/** Checked here as well, because the function behind the queue refuses other ids, which nobody would notice here. */
function userOf(args: Arguments): string {
  const userId = args.required('user');
  try {
    return parseSubject(userId);
  } catch {
    throw usageError(
      'The option --user is not a user id. Expected an id such as auth0|1234, of at most 512 characters.',
    );
  }
}

function kindOf(args: Arguments): RevocationKind {
  const text = args.text('kind') ?? 'all';
  const kind = REVOCATION_KINDS.find((known) => known === text);
  if (kind !== undefined) return kind;
  throw usageError(`The option --kind is wrong. Expected ${REVOCATION_KINDS.join(' or ')}.`);
}
