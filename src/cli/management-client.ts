/**
 * The management client, with its secret or its private key. If no setting has either, asks for the secret. A key is never
 * an option: only the name of its file is.
 */
import { type ClientCredentials, parseClientKey } from '../core/client-credentials.ts';
import { ConfigurationError } from '../core/errors.ts';
import { isJsonObject, parseJson } from '../core/json.ts';
import type { Context } from './command.ts';
import { CliError, usageError } from './errors.ts';
import { readTextFile } from './read-text-file.ts';

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
      return { clientId, key: keyInFile(keyFile(settings), { settings, ports }) };
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

/** PEM, also on one line; a JWK; or the DER form in base64. */
const LOOKS_LIKE_KEY = /-----|[{\n]|\\n|^\s*M[A-Za-z0-9+/=_-]{40,}\s*$/;

/** Does not repeat a key that was given in place of its file name. */
function keyFile(settings: Context['settings']): string {
  const file = settings.require('clientKey');
  if (!LOOKS_LIKE_KEY.test(file)) return file;
  throw usageError(
    'The setting "clientKey" is not a file name. Expected the name of the file that holds the private key, not the key.',
  );
}

function keyInFile(file: string, { settings, ports }: Needed) {
  return keyIn(readTextFile(ports.directory, file, true) ?? '', `the file ${file}`, settings);
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
