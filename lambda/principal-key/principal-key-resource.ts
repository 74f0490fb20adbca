/**
 * The custom resource that makes the first keys of principal tokens. The private halves go from memory into the secret and nowhere else.
 * The secret and the published keys are deleted with their stack.
 */
import { createHash } from 'node:crypto';
import type { Clock } from '../../src/core/clock.ts';
import { ConfigurationError } from '../../src/core/errors.ts';
import type { SecretStore } from '../../src/core/secret-store.ts';
import type { StateStore } from '../../src/core/state-store.ts';
import { type CustomResource, physicalId } from '../../src/custom-resource/resource.ts';
import {
  type PrincipalJwk,
  type PrincipalKeyPairs,
  parsePrincipalKeys,
  writePrincipalKeys,
} from '../../src/principal-token/key-pairs.ts';
import { publishPrincipalKeys } from '../../src/principal-token/published-keys.ts';

export interface PrincipalKeyPorts {
  /** The secret with the keys. The settings name it, so that no event can name another one. */
  readonly keySecret: string;
  readonly secrets: SecretStore;
  readonly state: StateStore;
  readonly generate: () => PrincipalJwk;
  readonly clock: Clock;
}

export function createPrincipalKeyResource(ports: PrincipalKeyPorts): CustomResource {
  const { keySecret, state, clock } = ports;
  return {
    identify: () => physicalId('principal-key', [keySecret]),
    async put(_id, _properties, { requestId }) {
      const keys = (await readKeys(ports)) ?? (await makeKeys(ports, requestId));
      await publishPrincipalKeys(state, keys, clock());
      return {};
    },
    remove: async () => {},
  };
}

/** Returns `undefined` if the secret holds no usable keys, such as the placeholder that it is created with. */
async function readKeys({ secrets, keySecret }: PrincipalKeyPorts): Promise<PrincipalKeyPairs | undefined> {
  try {
    return parsePrincipalKeys((await secrets.read(keySecret)) ?? '');
  } catch (error) {
    if (error instanceof ConfigurationError) return undefined;
    throw error;
  }
}

/** The version is named after the request, so that a repeated request cannot make other keys. */
async function makeKeys(ports: PrincipalKeyPorts, requestId: string): Promise<PrincipalKeyPairs> {
  const { secrets, keySecret, generate } = ports;
  const token = createHash('sha256').update(requestId).digest('hex');
  const made = [generate(), generate()] as const;
  const isWritten = await secrets.write(keySecret, writePrincipalKeys(made), token);
  const keys = isWritten ? made : await readKeys(ports);
  if (keys) return keys;
  throw new ConfigurationError(
    'signing_key_invalid',
    `The secret ${keySecret} was written by the same request before, but holds no keys now. Deploy again.`,
  );
}
