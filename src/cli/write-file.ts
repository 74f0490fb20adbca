/**
 * Writes files whole or not at all: first beside their place, then moved there. A file that is there already is never
 * written over unless that is wanted.
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
export const PRIVATE_MODE = 0o600;
const PRIVATE_DIRECTORY_MODE = 0o700;
const PUBLIC_MODE = 0o644;
/** The directory of this tool; what is in it belongs into no repository. */
const OWN_DIRECTORY = '.asp';

/** A file that is sure to be writable, and is not there yet. */
export interface PreparedFile {
  /** Puts it in its place. @throws CliError `file_unusable` if something else is there by now */
  commit(text: string): void;
  /** Leaves no trace. */
  abandon(): void;
}

/**
 * Makes sure that a private file can be written, before something is made that has no other place to go.
 *
 * @throws CliError `file_unusable`
 */
export function preparePrivateFile(path: string): PreparedFile {
  const temporary = temporaryBeside(path);
  attempt(path, () => {
    makeDirectoryOf(path);
    closeSync(openSync(temporary, 'wx', PRIVATE_MODE));
  });
  const abandon = () => rmSync(temporary, { force: true });
  const commit = (text: string) =>
    attempt(path, () => {
      write(temporary, text, PRIVATE_MODE, 'r+');
      // Unlike a rename, a link does not replace what is there.
      linkSync(temporary, path);
    });
  return {
    commit: (text) => {
      try {
        commit(text);
      } finally {
        abandon();
      }
    },
    abandon,
  };
}

/** Writes a public file in the place of an earlier one. It has lasted when this returns. */
export function replaceFile(path: string, text: string): void {
  const temporary = temporaryBeside(path);
  attempt(path, () => {
    makeDirectoryOf(path);
    write(temporary, text, PUBLIC_MODE, 'wx');
    renameSync(temporary, path);
  });
}

function write(path: string, text: string, mode: number, flags: 'wx' | 'r+'): void {
  const descriptor = openSync(path, flags, mode);
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

function attempt(path: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    throw new CliError('file_unusable', `The file ${path} cannot be written: ${systemCode(error)}. ${mendOf(error)}`);
  }
}

function mendOf(error: unknown): string {
  return systemCode(error) === 'EEXIST'
    ? 'Files that exist are not written over: move it away, or name another.'
    : 'Name a file in a directory that you may write to.';
}
