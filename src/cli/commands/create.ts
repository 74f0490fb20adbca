/** `asp create`: makes an app specific password. The tenant shows its value only once, so a password whose value cannot be delivered is deleted. */
import { resolve } from 'node:path';
import { MANAGE_APP_PASSWORDS } from '../../config/app-passwords.ts';
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
const UNCERTAIN: ReadonlySet<SetupErrorCode> = new Set(['management_unavailable', 'management_malformed']);

export const create: Command = {
  name: 'create',
  summary: 'Create an app specific password for a user',
  operands: '',
  mostOperands: 0,
  description: 'Prints only the value on standard output. The tenant never shows it again.',
  options: {
    ...USER_OPTION,
    label: { type: 'string', placeholder: 'TEXT', summary: 'what the password is for, at most 100 characters' },
    scope: { type: 'string', multiple: true, placeholder: 'SCOPE', summary: 'a scope; repeat the option for more' },
    'to-file': {
      type: 'string',
      placeholder: 'FILE',
      summary: 'write the value to a new file with mode 0600 instead of printing it',
    },
    ...AUDIENCE_OPTION,
    ...MANAGEMENT_OPTIONS,
  },
  examples: [
    {
      purpose: 'a password that can only read',
      line: "asp create --user 'auth0|1234' --label laptop --scope read:foo",
    },
    {
      purpose: 'write the value to a file, not to the screen',
      line: "asp create --user 'auth0|1234' --label backup --scope read:foo --scope create:foo --to-file .asp/backup",
    },
  ],
  run: async (context) => {
    const { args, ports, interruption } = context;
    const userId = args.required('user');
    const request = parseRequest(context);
    const connect = await prepareTenant(context);
    const toFile = args.text('to-file');
    const file = toFile === undefined ? undefined : resolve(ports.directory, toFile);
    if (file !== undefined) assertCanWrite(file, ports.terminal);
    await interruption.protect(async () => {
      const { applicationPasswords } = connect();
      const work = () => aboutUser(userId, applicationPasswords.create(userId, request));
      const created = await waitFor('the tenant', work, ports).catch((error: unknown) =>
        noteUncertainty(error, context),
      );
      const delivered = file === undefined ? show(created, userId, context) : save(created, userId, file, context);
      await delivered.catch((error: unknown) =>
        deleteUndelivered(created, userId, applicationPasswords, error, context),
      );
    });
    return EXIT.done;
  },
};

function parseRequest({ args, settings }: Context): ApplicationPasswordRequest {
  const label = args.required('label');
  if ([...label].length > MOST_LABEL_CHARACTERS) {
    throw usageError(`The label has ${[...label].length} characters; expected at most ${MOST_LABEL_CHARACTERS}.`);
  }
  const scopes = args
    .texts('scope')
    .flatMap((text) => text.split(/[\s,]+/))
    .filter((scope) => scope !== '');
  if (scopes.length === 0) {
    throw usageError('The option --scope is missing. A password without a scope is useless.');
  }
  if (scopes.includes(MANAGE_APP_PASSWORDS)) {
    throw usageError(`No app specific password can have the scope ${MANAGE_APP_PASSWORDS}: it could make others.`);
  }
  return { label, audience: settings.require('audience'), scopes: [...new Set(scopes)] };
}

/** Without a response, it is unknown whether the password was created. */
function noteUncertainty(error: unknown, { ports: { terminal } }: Context): never {
  const isUncertain = error instanceof SetupError && UNCERTAIN.has(error.code);
  if (isUncertain) {
    terminal.note(
      'The password may have been created anyway, and nobody knows its value. Look for it with "asp list", and delete it.',
    );
  }
  throw error;
}

async function show(created: NewApplicationPassword, userId: string, { ports: { terminal }, isJson }: Context) {
  const { value, ...described } = created;
  if (isJson) return terminal.deliver(JSON.stringify({ ...described, value }));
  terminal.note(createdLine(created, userId));
  terminal.note('This is its value. It is shown only once. Keep it secret.');
  return terminal.deliver(value);
}

async function save(created: NewApplicationPassword, userId: string, file: string, { args, ports, isJson }: Context) {
  const { value, ...described } = created;
  writePrivateFile(file, `${value}\n`, ports.terminal);
  const named = args.text('to-file');
  if (isJson) return printJson(ports.terminal, { ...described, file: named });
  ports.terminal.note(createdLine(created, userId));
  ports.terminal.note(`Its value is in ${named}, and nowhere else.`);
}

function createdLine({ id, label, scopes, audience }: NewApplicationPassword, userId: string): string {
  return printable(`Created ${id} ("${label}") for ${userId}: ${scopes.join(' ')} on ${audience}.`);
}

/** Deletes a password whose value could not be delivered. */
async function deleteUndelivered(
  { id }: NewApplicationPassword,
  userId: string,
  { remove }: ApplicationPasswords,
  error: unknown,
  { ports: { terminal } }: Context,
): Promise<never> {
  const outcome = await remove(userId, id).then(
    () => `${id} was deleted again, because nobody knows its value.`,
    () => `${id} was created, and nobody knows its value. Delete it with "asp delete".`,
  );
  terminal.note(printable(outcome));
  throw error;
}
