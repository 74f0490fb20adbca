/** `asp create`: a new app specific password. Its value is told by the tenant once, so nothing may come between it and its user. */
import { resolve } from 'node:path';
import type { ApplicationPasswordRequest, NewApplicationPassword } from '../../auth0/application-passwords.ts';
import { SetupError, type SetupErrorCode } from '../../auth0/errors.ts';
import type { Command, Context } from '../command.ts';
import { type ConnectTenant, prepareTenant } from '../connect-tenant.ts';
import { usageError } from '../errors.ts';
import { EXIT } from '../exit-code.ts';
import { AUDIENCE_OPTION, MANAGEMENT_OPTIONS, USER_OPTION } from '../options.ts';
import { printJson } from '../print-json.ts';
import { printable } from '../printable.ts';
import { waitFor } from '../progress.ts';
import { aboutUser } from '../user-errors.ts';
import { assertCanWrite, writePrivateFile } from '../write-file.ts';

const MOST_LABEL_CHARACTERS = 100;
const IN_DOUBT: ReadonlySet<SetupErrorCode> = new Set(['management_unavailable', 'management_malformed']);

export const create: Command = {
  name: 'create',
  summary: 'Make an app specific password for a user',
  operands: '',
  mostOperands: 0,
  description:
    'The value is printed on standard output, alone, and shown this once: the tenant does not tell it again.',
  options: {
    ...USER_OPTION,
    label: { type: 'string', placeholder: 'TEXT', summary: 'what it is for, at most 100 characters' },
    scope: { type: 'string', multiple: true, placeholder: 'SCOPE', summary: 'a scope; repeat it for more' },
    'to-file': { type: 'string', placeholder: 'FILE', summary: 'write the value to a new file of mode 0600 instead' },
    ...AUDIENCE_OPTION,
    ...MANAGEMENT_OPTIONS,
  },
  examples: [
    { purpose: 'for a laptop that reads', line: "asp create --user 'auth0|1234' --label laptop --scope read:foo" },
    {
      purpose: 'into a file, not onto the screen',
      line: "asp create --user 'auth0|1234' --label backup --scope read:foo --scope create:foo --to-file backup.asp",
    },
  ],
  run: async (context) => {
    const { args, ports, interruption } = context;
    const userId = args.required('user');
    const request = parseRequest(context);
    const connect = await prepareTenant(context);
    const toFile = args.text('to-file');
    const file = toFile === undefined ? undefined : resolve(ports.directory, toFile);
    if (file !== undefined) assertCanWrite(file);
    await interruption.protect(async () => {
      const made = await make(connect, userId, request, file, context);
      show(made, userId, toFile, context);
    });
    return EXIT.done;
  },
};

function parseRequest({ args, settings }: Context): ApplicationPasswordRequest {
  const label = args.required('label');
  if ([...label].length > MOST_LABEL_CHARACTERS) {
    throw usageError(`The label has ${[...label].length} characters; wanted at most ${MOST_LABEL_CHARACTERS}.`);
  }
  const scopes = args
    .texts('scope')
    .flatMap((text) => text.split(/[\s,]+/))
    .filter((scope) => scope !== '');
  if (scopes.length === 0)
    throw usageError('The option --scope is missing; without a scope it would be good for nothing.');
  return { label, audience: settings.require('audience'), scopes: [...new Set(scopes)] };
}

async function make(
  connect: ConnectTenant,
  userId: string,
  request: ApplicationPasswordRequest,
  file: string | undefined,
  context: Context,
): Promise<NewApplicationPassword> {
  const { applicationPasswords } = connect();
  const work = () => aboutUser(userId, applicationPasswords.create(userId, request));
  const made = await waitFor('the tenant', work, context.ports).catch((error: unknown) => tellDoubt(error, context));
  if (file === undefined) return made;
  try {
    writePrivateFile(file, `${made.value}\n`);
    return made;
  } catch (error) {
    // Nobody will ever know its value: it must not stay.
    await applicationPasswords.remove(userId, made.id).catch(() => {
      context.ports.terminal.note(printable(`${made.id} was made, and nobody knows its value: delete it.`));
    });
    throw error;
  }
}

/** Without an answer it is not known whether it was made. */
function tellDoubt(error: unknown, { ports: { terminal } }: Context): never {
  const isInDoubt = error instanceof SetupError && IN_DOUBT.has(error.code);
  if (isInDoubt) {
    terminal.note(
      'It may have been made all the same, with a value that nobody knows: look at "asp list", and delete it.',
    );
  }
  throw error;
}

function show(made: NewApplicationPassword, userId: string, file: string | undefined, { ports, isJson }: Context) {
  const { terminal } = ports;
  const { value, ...described } = made;
  if (isJson) return printJson(terminal, file === undefined ? { ...described, value } : { ...described, file });
  terminal.note(
    printable(`Made ${made.id} ("${made.label}") for ${userId}: ${made.scopes.join(' ')} on ${made.audience}.`),
  );
  if (file === undefined) {
    terminal.note('This is its value. It is shown this once; keep it like a password.');
    terminal.print(value);
  } else terminal.note(`Its value is in ${file}, and nowhere else.`);
}
