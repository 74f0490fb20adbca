/**
 * The management client, with its secret or its private key. If no setting has either, asks for the secret. A key is never
 * an option: only the name of its file is.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type ClientCredentials, parseClientKey } from '../core/client-credentials.ts';
import { ConfigurationError } from '../core/errors.ts';
import { isJsonObject, parseJson } from '../core/json.ts';
import type { Context } from './command.ts';
import { CliError, usageError } from './errors.ts';
import { systemCode } from './read-text-file.ts';

type Needed = Pick<Context, 'settings' | 'ports'>;

/**
 * Reads the client. If several settings hold a key or a secret, the source with the highest priority decides.
 *
 * @throws CliError `usage` for a setting that is missing or wrong, `key_unreadable` for a key that cannot sign
 */
export async function managementClient({ settings, ports }: Needed): Promise<ClientCredentials> {
  const clientId = settings.require('clientId');
  switch (settings.preferred('clientKey', 'clientPrivateKey', 'clientSecret')) {
    case 'clientKey':
      return { clientId, key: keyInFile(settings.require('clientKey'), { settings, ports }) };
    case 'clientPrivateKey':
      return {
        clientId,
        key: keyIn(settings.require('clientPrivateKey'), 'AUTH0_CLIENT_ASSERTION_PRIVATE_KEY', settings),
      };
    case 'clientSecret':
      return { clientId, clientSecret: settings.require('clientSecret') };
    default:
      return { clientId, clientSecret: await askForSecret(clientId, ports) };
  }
}

/** Does not repeat the name: it may be the key, given in place of its file. */
function keyInFile(file: string, { settings, ports }: Needed) {
  const text = readKeyFile(ports.directory, file);
  return keyIn(text, `the file ${file}`, settings);
}

function readKeyFile(directory: string, file: string): string {
  try {
    return readFileSync(resolve(directory, file), 'utf8');
  } catch (error) {
    throw usageError(
      `The file that the setting "clientKey" names cannot be read: ${systemCode(error)}. Expected the name of the file that holds the private key, not the key itself.`,
    );
  }
}

/** The text is PEM, a private JWK, or what the secret of a deployment holds. */
function keyIn(text: string, place: string, settings: Context['settings']) {
  const value = parseJson(text);
  const stored = isJsonObject(value) && 'privateKey' in value ? value : { privateKey: text };
  try {
    return parseClientKey(place, { ...stored, alg: settings.get('clientKeyAlgorithm') ?? stored.alg });
  } catch (error) {
    throw error instanceof ConfigurationError ? new CliError('key_unreadable', error.message) : error;
  }
}

async function askForSecret(clientId: string, { terminal }: Context['ports']): Promise<string> {
  if (!terminal.canAsk) {
    throw usageError(
      'The secret of the management client is missing, and there is no terminal to ask for it. Set AUTH0_CLIENT_SECRET in the environment or in .env, or pass the name of the file with the private key of the client with --client-key or AUTH0_CLIENT_KEY_FILE.',
    );
  }
  const secret = (await terminal.ask(`Client secret of ${clientId} (not shown): `, true)).trim();
  if (secret === '') throw usageError('The client secret is empty. The dashboard shows it on the page of the client.');
  return secret;
}
