/** Reads how long the tenant may take for all requests of a command together. */
import { usageError } from './errors.ts';
import type { Settings } from './settings.ts';

const MOST_SECONDS = 3600;

/** @throws CliError `usage` for anything but whole seconds from 1 to 3600 */
export function timeoutMs(settings: Settings): number {
  const text = settings.require('timeout');
  const seconds = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (seconds >= 1 && seconds <= MOST_SECONDS) return seconds * 1000;
  throw usageError(`The setting "timeout" is wrong. Expected whole seconds from 1 to ${MOST_SECONDS}.`);
}
