/**
 * Writes files whole or not at all: first beside their place, then moved there. A private file never takes the place of
 * one that is there already.
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

/** For secrets: their owner alone. */
const PRIVATE_MODE = 0o600;
const PRIVATE_DIRECTORY_MODE = 0o700;
const PUBLIC_MODE = 0o644;
/** The directory of this tool; what is in it belongs into no repository. */
const OWN_DIRECTORY = '.asp';

/**
 * Makes sure that a private file can be written, before something is made that has no other place to go.
 *
 * @throws CliError `file_unusable`, also if it is there already
 */
export function assertCanWrite(path: string): void {
  if (existsSync(path)) throw unusable(path, 'EEXIST');
  const temporary = temporaryBeside(path);
  attempt(path, temporary, () => {
    makeDirectoryOf(path);
    write(temporary, '', PRIVATE_MODE);
  });
}

/**
 * Writes a file that only its owner can read. It has lasted when this returns.
 *
 * @throws CliError `file_unusable`, also if it is there already
 */
export function writePrivateFile(path: string, text: string): void {
  const temporary = temporaryBeside(path);
  attempt(path, temporary, () => {
    makeDirectoryOf(path);
    write(temporary, text, PRIVATE_MODE);
    // Unlike a rename, a link does not replace what is there.
    linkSync(temporary, path);
  });
}

/** Writes a public file in the place of an earlier one. It has lasted when this returns. @throws CliError `file_unusable` */
export function replaceFile(path: string, text: string): void {
  const temporary = temporaryBeside(path);
  attempt(path, temporary, () => {
    makeDirectoryOf(path);
    write(temporary, text, PUBLIC_MODE);
    renameSync(temporary, path);
  });
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

/** Makes the directory itself if need be, but none above it: a path with a mistake in it is not to be made true. */
function makeDirectoryOf(path: string): void {
  const directory = dirname(path);
  if (existsSync(directory)) return;
  mkdirSync(directory, { mode: PRIVATE_DIRECTORY_MODE });
  if (basename(directory) === OWN_DIRECTORY) writeFileSync(join(directory, '.gitignore'), '*\n');
}

function temporaryBeside(path: string): string {
  return join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}`);
}

/** Does the work, and leaves nothing beside the file, whatever comes of it. */
function attempt(path: string, temporary: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    throw unusable(path, systemCode(error));
  } finally {
    rmSync(temporary, { force: true });
  }
}

function unusable(path: string, code: string): CliError {
  const mend =
    code === 'EEXIST'
      ? 'Files that exist are not written over: move it away, or name another.'
      : 'Name a file in a directory that exists and that you may write to.';
  return new CliError('file_unusable', `The file ${path} cannot be written: ${code}. ${mend}`);
}
