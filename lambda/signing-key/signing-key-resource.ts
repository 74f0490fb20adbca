/**
 * The custom resource that makes the signing key. The private half goes from memory into the secret and nowhere else: no
 * property, attribute or log line holds it. Deleting takes the public document away; the secret goes with its stack.
 */
import { createHash } from 'node:crypto';
import { minLength, object, pipe, string } from 'valibot';
import type { ParameterStore } from '../../src/aws/parameters.ts';
import type { SecretStore } from '../../src/aws/secrets.ts';
import { parse } from '../../src/config/parse.ts';
import { ConfigurationError } from '../../src/core/errors.ts';
import type { JsonObject } from '../../src/core/json.ts';
import { keysInUse, NO_PUBLIC_KEYS, parsePublicKeys, writePublicKeys } from '../../src/core/public-key-document.ts';
import { type PrivateSigningJwk, parseSigningJwk } from '../../src/core/signing-key.ts';
import type { CustomResource, Work } from '../custom-resource/resource.ts';

export interface SigningKeyPorts {
  readonly secrets: SecretStore;
  readonly parameters: ParameterStore;
  readonly generate: () => Promise<PrivateSigningJwk>;
}

const name = pipe(string(), minLength(1));
const schema = object({
  /** The secret for the private half; what it holds at first does not matter. */
  SecretId: name,
  /** The parameter for the public document. */
  PublicKeysParameter: name,
});

/** Makes the resource. */
export function createSigningKeyResource(ports: SigningKeyPorts): CustomResource {
  return {
    identify: (properties) => `signing-key-${sha256(propertiesOf(properties).SecretId).slice(0, 32)}`,
    put: async (_id, properties, { requestId }: Work) => {
      const { SecretId, PublicKeysParameter } = propertiesOf(properties);
      const key = (await readKey(ports.secrets, SecretId)) ?? (await makeKey(ports, SecretId, requestId));
      await publish(ports.parameters, PublicKeysParameter, key);
      return {};
    },
    remove: (_id, properties) => ports.parameters.remove(propertiesOf(properties).PublicKeysParameter),
  };
}

function propertiesOf(properties: JsonObject) {
  return parse(schema, properties, 'The properties of the signing key');
}

/** A secret without a usable key, such as the generated value it is born with, needs one. */
async function readKey(secrets: SecretStore, secretId: string): Promise<PrivateSigningJwk | undefined> {
  const text = await secrets.read(secretId);
  if (text === undefined) return undefined;
  try {
    return parseSigningJwk(text);
  } catch {
    return undefined;
  }
}

/** The version is named after the request, so that a repeated request cannot make a second key. */
async function makeKey({ secrets, generate }: SigningKeyPorts, secretId: string, requestId: string) {
  const made = await generate();
  const isWritten = await secrets.write(secretId, JSON.stringify(made), sha256(requestId));
  const key = isWritten ? made : await readKey(secrets, secretId);
  if (key) return key;
  throw new ConfigurationError(
    'signing_key_invalid',
    `The secret ${secretId} was written by the same request before, but holds no signing key now. Deploy again.`,
  );
}

/** Leaves a document alone that has this key in use: a rotation under way may have put another beside it. */
async function publish(parameters: ParameterStore, parameterName: string, key: PrivateSigningJwk): Promise<void> {
  const inUse = keysInUse(parsePublicKeys(await parameters.read(parameterName, NO_PUBLIC_KEYS)));
  if (!inUse.some(({ kid }) => kid === key.kid)) await parameters.write(parameterName, writePublicKeys([key]));
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
