/**
 * Reads the secret by which the backend recognizes this API: when it is first needed, and again every minute, because
 * it may change.
 */
import { ConfigurationError } from '../../src/core/errors.ts';
import type { SecretStore } from '../../src/core/secret-store.ts';

const FRESH_MS = 60_000;
/** The least time between two failed reads while an earlier value is cached. */
const RETRY_MS = 10_000;
/** What a header can hold. */
const SECRET = /^[\x21-\x7E]{16,1024}$/;

/**
 * Makes the function that reads the secret.
 *
 * @returns a function that throws only while no value is cached: AwsError if the secret cannot be read,
 *   ConfigurationError `configuration_invalid` if a header cannot hold it
 */
export function gatewaySecretReader(
  secrets: Pick<SecretStore, 'read'>,
  secretId: string,
  clock: () => number,
): () => Promise<string> {
  let known: { readonly value: string; readonly freshUntilMs: number } | undefined;
  let reading: Promise<string> | undefined;
  const read = async () => {
    try {
      known = { value: parse(await secrets.read(secretId)), freshUntilMs: clock() + FRESH_MS };
    } catch (error) {
      if (!known) throw error;
      known = { ...known, freshUntilMs: clock() + RETRY_MS };
    }
    return known.value;
  };
  return async () => {
    if (known && clock() < known.freshUntilMs) return known.value;
    reading ??= read().finally(() => {
      reading = undefined;
    });
    return reading;
  };
}

function parse(text: string | undefined): string {
  if (text !== undefined && SECRET.test(text)) return text;
  throw new ConfigurationError(
    'configuration_invalid',
    'The secret for the backend is not 16 to 1024 printable ASCII characters without spaces, which a header can hold.',
  );
}
