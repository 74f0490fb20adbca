/** Reads a file that the user named, or an optional file. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { usageError } from './errors.ts';

/**
 * Reads a file as text.
 *
 * @returns `undefined` if the file does not exist and does not have to
 * @throws CliError `usage` if it cannot be read
 */
export function readTextFile(directory: string, file: string, mustExist: boolean): string | undefined {
  try {
    return readFileSync(resolve(directory, file), 'utf8');
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' && !mustExist) return undefined;
    throw usageError(`The file ${file} cannot be read: ${code}. Expected a text file; check its path and mode.`);
  }
}

/** The system code of an error, such as ENOENT. */
export function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'an unknown error';
}
