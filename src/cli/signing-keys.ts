/** Where the resource server's signing key is: a file that `asp keygen` wrote, or the secret of a deployment. */
import { resolve } from 'node:path';
import { ConfigurationError, IssuerError } from '../core/errors.ts';
import { importSigningKey, type PrivateSigningJwk, parseSigningJwk } from '../signing-key/signing-key.ts';
import type { SigningKeyStore } from '../signing-key/signing-key-ring.ts';
import type { Context } from './command.ts';
import { CliError, usageError } from './errors.ts';
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

/** @throws CliError `usage` if it is a key and no name, which must not be repeated */
export function keyFile(settings: Context['settings']): string {
  const file = settings.get('key') ?? DEFAULT_KEY_FILE;
  if (!/[{\n]/.test(file)) return file;
  throw usageError(
    'The setting "key" is no file\'s name. Expected the name of the file that holds the key, not the key.',
  );
}

/**
 * Reads the whole key from its file.
 *
 * @throws CliError `key_unreadable` if there is none, or none that can be used
 */
export function readKeyFile({ settings, ports: { directory } }: Needed): PrivateSigningJwk {
  const file = keyFile(settings);
  const path = resolve(directory, file);
  const text = readTextFile(directory, file, false);
  if (text === undefined) {
    throw new CliError(
      'key_unreadable',
      `There is no signing key at ${path}. Make one with "asp keygen", or name its file by --key, or the secret of a deployment by --key-secret.`,
    );
  }
  try {
    const jwk = parseSigningJwk(text);
    importSigningKey(jwk);
    return jwk;
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    throw new CliError(
      'key_unreadable',
      `The file ${path} holds no signing key that can be used: ${firstSentence(error)} Expected what "asp keygen" writes; make one, or name its file by --key.`,
    );
  }
}

/** What is wrong with the key; the mend that follows is a deployment's. */
function firstSentence({ message }: Error): string {
  return /^.*?\.(?= |$)/.exec(message)?.[0] ?? message;
}

async function readSecret(secretId: string, ports: Context['ports']): ReturnType<SigningKeyStore['read']> {
  try {
    return await ports.readSecretKeys(secretId);
  } catch (error) {
    if (!(error instanceof IssuerError)) throw error;
    throw new CliError(
      'key_unreadable',
      `The secret ${secretId} cannot be read. Expected AWS credentials and a region (AWS_PROFILE, AWS_REGION) with the right to secretsmanager:GetSecretValue on it; or name a key file by --key.`,
    );
  }
}
