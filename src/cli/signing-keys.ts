/** Reads the resource server's signing key from a file that `asp keygen` wrote, or from the secret of a deployment. */
import { resolve } from 'node:path';
import { ConfigurationError, IssuerError } from '../core/errors.ts';
import { importSigningKey, type PrivateSigningJwk, parseSigningJwk } from '../signing-key/signing-key.ts';
import type { SigningKeyStore } from '../signing-key/signing-key-ring.ts';
import type { Context } from './command.ts';
import { CliError, usageError } from './errors.ts';
import { readTextFile } from './read-text-file.ts';

/** The default file: `asp keygen` writes it, and the other commands read it. */
export const DEFAULT_KEY_FILE = '.asp/key.json';

export interface KeyPlace extends SigningKeyStore {
  /** The name of the file or secret, for people. */
  readonly place: string;
}

type Needed = Pick<Context, 'settings' | 'ports'>;

/** Finds the signing key, but does not read it yet. If a file and a secret are both set, the source with the higher priority wins. */
export function keyPlace({ settings, ports }: Needed): KeyPlace {
  const secretId = settings.get('keySecret');
  if (secretId !== undefined && settings.preferred('key', 'keySecret') === 'keySecret') {
    return { place: `the secret ${secretId}`, read: () => readSecret(secretId, ports) };
  }
  const file = keyFile(settings);
  return { place: file, read: async () => [importSigningKey(readKeyFile({ settings, ports }))] };
}

/** @throws CliError `usage` if the setting is a key instead of a file name; the message does not repeat it */
export function keyFile(settings: Context['settings']): string {
  const file = settings.get('key') ?? DEFAULT_KEY_FILE;
  if (!/[{\n]/.test(file)) return file;
  throw usageError(
    'The setting "key" is not a file name. Expected the name of the file that holds the key, not the key.',
  );
}

/**
 * Reads the whole key from its file.
 *
 * @throws CliError `key_unreadable` if the file is missing or does not hold a usable key
 */
export function readKeyFile({ settings, ports: { directory } }: Needed): PrivateSigningJwk {
  const file = keyFile(settings);
  const path = resolve(directory, file);
  const text = readTextFile(directory, file, false);
  if (text === undefined) {
    throw new CliError(
      'key_unreadable',
      `There is no signing key at ${path}. Create one with "asp keygen", or name its file with --key, or the secret of a deployment with --key-secret.`,
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
      `The file ${path} does not hold a usable signing key: ${firstSentence(error)} Expected a file that "asp keygen" wrote. Create one, or name its file with --key.`,
    );
  }
}

/** What is wrong with the key. The fix that follows in the message applies to a deployment, not to a file. */
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
      `The secret ${secretId} cannot be read. Expected AWS credentials and a region (AWS_PROFILE, AWS_REGION) with the right to secretsmanager:GetSecretValue on it. You can also name a key file with --key.`,
    );
  }
}
