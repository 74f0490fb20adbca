/** `asp create`: a new app specific password. Its value is told by the tenant once, so nothing may come between it and its user. */
import { resolve } from 'node:path';
import type {
  ApplicationPasswordRequest,
  ApplicationPasswords,
  NewApplicationPassword,
} from '../../management/application-passwords.ts';
import { SetupError, type SetupErrorCode } from '../../management/errors.ts';
import type { Command, Context } from '../command.ts';
import { prepareTenant } from '../connect-tenant.ts';
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
      const { applicationPasswords } = connect();
      const work = () => aboutUser(userId, applicationPasswords.create(userId, request));
      const made = await waitFor('the tenant', work, ports).catch((error: unknown) => tellDoubt(error, context));
      const handedOver = file === undefined ? show(made, userId, context) : keep(made, userId, file, context);
      await handedOver.catch((error: unknown) => takeBack(made, userId, applicationPasswords, error, context));
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

async function show(made: NewApplicationPassword, userId: string, { ports: { terminal }, isJson }: Context) {
  const { value, ...described } = made;
  if (isJson) return terminal.deliver(JSON.stringify({ ...described, value }));
  terminal.note(madeLine(made, userId));
  terminal.note('This is its value. It is shown this once; keep it like a password.');
  return terminal.deliver(value);
}

async function keep(made: NewApplicationPassword, userId: string, file: string, { args, ports, isJson }: Context) {
  const { value, ...described } = made;
  writePrivateFile(file, `${value}\n`);
  const named = args.text('to-file');
  if (isJson) return printJson(ports.terminal, { ...described, file: named });
  ports.terminal.note(madeLine(made, userId));
  ports.terminal.note(`Its value is in ${named}, and nowhere else.`);
}

function madeLine({ id, label, scopes, audience }: NewApplicationPassword, userId: string): string {
  return printable(`Made ${id} ("${label}") for ${userId}: ${scopes.join(' ')} on ${audience}.`);
}

/** Nobody will ever know its value: it must not stay. */
async function takeBack(
  { id }: NewApplicationPassword,
  userId: string,
  { remove }: ApplicationPasswords,
  error: unknown,
  { ports: { terminal } }: Context,
): Promise<never> {
  const said = await remove(userId, id).then(
    () => `${id} was deleted again: nobody knows its value.`,
    () => `${id} was made, and nobody knows its value: delete it.`,
  );
  terminal.note(printable(said));
  throw error;
}
