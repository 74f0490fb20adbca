/** Where the resource server's signing key is: a file that `asp keygen` wrote, or the secret of a deployment. */
import { resolve } from 'node:path';
import { UpstreamError } from '../core/errors.ts';
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
    return { place: `the secret ${secretId}`, read: () => readSecret(secretId, ports) };
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
 * @throws CliError `key_unreadable` if there is none
 * @throws ConfigurationError `signing_key_invalid`
 */
export function readKeyFile({ settings, ports: { directory } }: Needed): PrivateSigningJwk {
  const file = keyFile(settings);
  const text = readTextFile(directory, file, false);
  if (text === undefined) {
    throw new CliError(
      'key_unreadable',
      `There is no signing key at ${resolve(directory, file)}. Make one with "asp keygen", or name its file by --key, or the secret of a deployment by --key-secret.`,
    );
  }
  return parseSigningJwk(text);
}

async function readSecret(secretId: string, ports: Context['ports']): ReturnType<SigningKeyStore['read']> {
  try {
    return await ports.readSecretKeys(secretId);
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    throw new CliError(
      'key_unreadable',
      `The secret ${secretId} cannot be read. Expected AWS credentials and a region (AWS_PROFILE, AWS_REGION) with the right to secretsmanager:GetSecretValue on it; or name a key file by --key.`,
    );
  }
}
