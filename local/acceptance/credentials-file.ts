/**
 * Reads the file with the test user's credentials. They are secrets, so they are never on the command line, only the file's
 * owner may read the file, and no message repeats anything of its content.
 */
import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { type InferOutput, minLength, optional, pipe, strictObject, string } from 'valibot';
import { suggestKey } from '../../src/config/context-values.ts';
import { parse } from '../../src/config/parse.ts';
import { parseJson } from '../../src/core/json.ts';
import { UsageError } from '../options.ts';

const text = pipe(string('expected a text'), minLength(1, 'expected a text that is not empty'));

// Fixed messages: those of `exactly` repeat values.
const user = strictObject(
  {
    username: text,
    password: optional(text),
    /** `auth0|…`. @default the `sub` of the JWT */
    userId: optional(text),
  },
  'expected an object with "username", and perhaps "password" and "userId"',
);

/** What the run cannot create itself. */
const tokens = strictObject(
  {
    jwt: optional(text),
    opaque: optional(text),
    asp: optional(text),
    expiredJwt: optional(text),
    refresh: optional(text),
  },
  'expected an object with any of "jwt", "opaque", "asp", "expiredJwt" and "refresh"',
);

/** The user is logged in, and app specific passwords are created for the user. */
const schema = strictObject({ user: optional(user), tokens: optional(tokens, {}) }, 'expected a JSON object');

export type TestCredentials = InferOutput<typeof schema>;

const EXPECTED = '{"user":{"username":"…","password":"…"},"tokens":{"opaque":"…"}}';

/**
 * Reads the credentials.
 *
 * @param file `undefined` if the run has none
 * @throws UsageError if the file cannot be read, others may read it, or its content is wrong
 */
export function readCredentials(directory: string, file: string | undefined): TestCredentials {
  if (file === undefined) return { tokens: {} };
  const path = resolve(directory, file);
  const value = parseJson(readPrivateFile(path, file));
  if (value === undefined) throw new UsageError(`The file ${file} is not JSON. Expected ${EXPECTED}.`);
  try {
    return parse(schema, value, `The file ${file}`, suggestKey);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function readPrivateFile(path: string, file: string): string {
  try {
    assertPrivate(statSync(path).mode, file);
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'an unknown error';
    throw new UsageError(`The file ${file} cannot be read: ${code}. Check its path and mode.`);
  }
}

/** On Windows the mode says nothing. */
function assertPrivate(mode: number, file: string): void {
  if (process.platform === 'win32' || (mode & 0o077) === 0) return;
  const shown = (mode & 0o777).toString(8);
  throw new UsageError(`The file ${file} has the mode ${shown}, so others may read it. Run: chmod 600 ${file}`);
}

/** Every secret in the file. */
export function secretsIn({ user, tokens }: TestCredentials): readonly (string | undefined)[] {
  return [user?.password, ...Object.values(tokens)];
}
