/** Where the resource server's signing key is: a file that `asp keygen` wrote, or the secret of a deployment. */
import { resolve } from 'node:path';
import { importSigningKey, type PrivateSigningJwk, parseSigningJwk } from '../core/signing-key.ts';
import type { SigningKeyStore } from '../core/signing-key-ring.ts';
import type { Context } from './command.ts';
import { CliError } from './errors.ts';
import { readTextFile } from './read-text-file.ts';

/** Where `asp keygen` writes, and everybody else looks, if no other place is named. */
export const DEFAULT_KEY_FILE = '.asp/key.json';

export interface KeyPlace extends SigningKeyStore {
  /** For people: which file or secret it is. */
  readonly place: string;
}

type Needed = Pick<Context, 'settings' | 'ports'>;

/** Opens the place of the signing key; nothing is read yet. Of a file and a secret, the nearer setting counts. */
export function keyPlace({ settings, ports }: Needed): KeyPlace {
  const secretId = settings.get('keySecret');
  if (secretId !== undefined && settings.nearer('key', 'keySecret') === 'keySecret') {
    return { place: `the secret ${secretId}`, read: () => ports.readSecretKeys(secretId) };
  }
  const file = keyFile(settings);
  return { place: file, read: async () => [importSigningKey(readKeyFile({ settings, ports }))] };
}

export function keyFile(settings: Context['settings']): string {
  return settings.get('key') ?? DEFAULT_KEY_FILE;
}

/**
 * Reads the whole key from its file.
 *
 * @throws CliError `file_unusable` if there is none
 * @throws ConfigurationError `signing_key_invalid`
 */
export function readKeyFile({ settings, ports: { directory } }: Needed): PrivateSigningJwk {
  const file = keyFile(settings);
  const text = readTextFile(directory, file, false);
  if (text === undefined) {
    throw new CliError(
      'file_unusable',
      `There is no signing key at ${resolve(directory, file)}. Make one with "asp keygen", or name its file by --key, or the secret of a deployment by --key-secret.`,
    );
  }
  return parseSigningJwk(text);
}
