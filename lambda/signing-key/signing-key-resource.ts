/**
 * The custom resource that makes the signing key. The private half goes from memory into the secret and nowhere else: no
 * property, attribute or log line holds it. The secret and the public document are deleted with their stack.
 */
import { createHash } from 'node:crypto';
import type { SigningKeyConfiguration } from '../../src/config/function-configurations.ts';
import { ConfigurationError } from '../../src/core/errors.ts';
import type { SecretStore } from '../../src/core/secret-store.ts';
import { STATE_NAMES, type StateStore } from '../../src/core/state-store.ts';
import type { CustomResource, Work } from '../../src/custom-resource/resource.ts';
import {
  keysInUse,
  NO_PUBLIC_KEYS,
  parsePublicKeys,
  writePublicKeys,
} from '../../src/signing-key/public-key-document.ts';
import { revokedKeys } from '../../src/signing-key/revoked-keys.ts';
import { type PrivateSigningJwk, parseSigningJwk } from '../../src/signing-key/signing-key.ts';

export interface SigningKeyPorts {
  readonly secrets: SecretStore;
  readonly state: StateStore;
  readonly generate: () => Promise<PrivateSigningJwk>;
}

/** Makes the resource. The settings name the secret, so that no event can name another one. */
export function createSigningKeyResource(
  { signingKeySecret }: Pick<SigningKeyConfiguration, 'signingKeySecret'>,
  ports: SigningKeyPorts,
): CustomResource {
  return {
    identify: () => `signing-key-${sha256(signingKeySecret).slice(0, 32)}`,
    put: async (_id, _properties, { requestId }: Work) => {
      const key =
        (await readKey(ports.secrets, signingKeySecret)) ?? (await makeKey(ports, signingKeySecret, requestId));
      await publish(ports, signingKeySecret, key);
      return {};
    },
    remove: async () => {},
  };
}

/**
 * Reads the key. Returns `undefined` if the secret holds no usable one, such as the placeholder that it is created
 * with.
 */
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

/**
 * Publishes the current key. Does nothing if the document already has this key in use, since a rotation may have added
 * another one, or if the key is revoked: the revocation publishes its replacement. The document is read before the
 * secret, and written only if nobody has written it since.
 */
async function publish({ secrets, state }: SigningKeyPorts, secretId: string, made: PrivateSigningJwk): Promise<void> {
  for (;;) {
    const item = await state.read(STATE_NAMES.publicKeys);
    const key = (await readKey(secrets, secretId)) ?? made;
    const inUse = keysInUse(parsePublicKeys(item?.value ?? NO_PUBLIC_KEYS));
    if (inUse.some(({ kid }) => kid === key.kid) || (await revokedKeys(state)).includes(key.kid)) return;
    if (await state.write(STATE_NAMES.publicKeys, writePublicKeys([key]), item?.revision)) return;
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
