/**
 * Writes files atomically: first to a temporary file in the same directory, then moved into place. A private file never
 * replaces an existing file.
 */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { CliError } from './errors.ts';
import { systemCode } from './read-text-file.ts';

/** For secrets: only the owner has access. */
const PRIVATE_MODE = 0o600;
const PRIVATE_DIRECTORY_MODE = 0o700;
const PUBLIC_MODE = 0o644;
/** The directory of this tool. Its files must not get into a repository. */
const OWN_DIRECTORY = '.asp';

/**
 * Checks that a private file can be written, before the secret for it is created.
 *
 * @throws CliError `file_unusable`, also if the file exists
 */
export function assertCanWrite(path: string): void {
  if (existsSync(path)) throw unusable(path, 'EEXIST');
  writeBeside(path, '', PRIVATE_MODE, () => {});
}

/**
 * Writes a file that only its owner can read. It is on disk when this returns.
 *
 * @throws CliError `file_unusable`, also if the file exists
 */
export function writePrivateFile(path: string, text: string): void {
  // Unlike a rename, a link does not replace an existing file.
  writeBeside(path, text, PRIVATE_MODE, linkSync);
}

/** Writes or replaces a public file. It is on disk when this returns. @throws CliError `file_unusable` */
export function replaceFile(path: string, text: string): void {
  writeBeside(path, text, PUBLIC_MODE, renameSync);
}

/** Writes a temporary file, moves it into place, and always removes it. */
function writeBeside(path: string, text: string, mode: number, move: (from: string, to: string) => void): void {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}`);
  try {
    makeDirectoryOf(path);
    write(temporary, text, mode);
    move(temporary, path);
  } catch (error) {
    throw unusable(path, systemCode(error));
  } finally {
    rmSync(temporary, { force: true });
  }
}

function write(path: string, text: string, mode: number): void {
  const descriptor = openSync(path, 'wx', mode);
  try {
    writeFileSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Creates the directory if it is missing, but none above it: a mistyped path must fail. */
function makeDirectoryOf(path: string): void {
  const directory = dirname(path);
  if (existsSync(directory)) return;
  mkdirSync(directory, { mode: PRIVATE_DIRECTORY_MODE });
  if (basename(directory) === OWN_DIRECTORY) writeFileSync(join(directory, '.gitignore'), '*\n');
}

function unusable(path: string, code: string): CliError {
  const fix =
    code === 'EEXIST'
      ? 'Existing files are not overwritten. Move it away, or name another file.'
      : 'Name a file in a directory that exists and that you can write to.';
  return new CliError('file_unusable', `The file ${path} cannot be written: ${code}. ${fix}`);
}
