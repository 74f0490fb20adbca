/**
 * Writes files atomically: first to a temporary file in the same directory, then moved into place. A private file never
 * replaces an existing file. No folder is created, except this tool's own, and that is reported.
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
import type { Terminal } from './terminal.ts';

/** Where a new folder is reported. */
type Notes = Pick<Terminal, 'note'>;

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
export function assertCanWrite(path: string, notes: Notes): void {
  if (existsSync(path)) throw unusable(path, 'EEXIST');
  makeOwnDirectory(path, notes);
  writeBeside(path, '', PRIVATE_MODE, () => {});
}

/**
 * Writes a file that only its owner can read. It is on disk when this returns.
 *
 * @throws CliError `file_unusable`, also if the file exists
 */
export function writePrivateFile(path: string, text: string, notes: Notes): void {
  makeOwnDirectory(path, notes);
  // Unlike a rename, a link does not replace an existing file.
  writeBeside(path, text, PRIVATE_MODE, linkSync);
}

/** Writes or replaces a public file. It is on disk when this returns. @throws CliError `file_unusable` */
export function replaceFile(path: string, text: string, notes: Notes): void {
  makeOwnDirectory(path, notes);
  writeBeside(path, text, PUBLIC_MODE, renameSync);
}

/** Writes a temporary file, moves it into place, and always removes it. */
function writeBeside(path: string, text: string, mode: number, move: (from: string, to: string) => void): void {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}`);
  try {
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

/** Creates the tool's own directory if it is missing, but no other: a mistyped path must fail. */
function makeOwnDirectory(path: string, notes: Notes): void {
  const directory = dirname(path);
  if (basename(directory) !== OWN_DIRECTORY || existsSync(directory)) return;
  try {
    mkdirSync(directory, { mode: PRIVATE_DIRECTORY_MODE });
    writeFileSync(join(directory, '.gitignore'), '*\n');
  } catch (error) {
    throw unusable(path, systemCode(error));
  }
  notes.note(`Created the folder ${directory}. Git ignores what is in it.`);
}

function unusable(path: string, code: string): CliError {
  return new CliError('file_unusable', `The file ${path} cannot be written: ${code}. ${fixFor(path, code)}`);
}

function fixFor(path: string, code: string): string {
  if (code === 'EEXIST') return 'Existing files are not overwritten. Move it away, or name another file.';
  const directory = dirname(path);
  if (code === 'ENOENT') return `The folder ${directory} does not exist. Create it, or name a file in another folder.`;
  return `Check that you can write to the folder ${directory}, or name a file in another folder.`;
}
