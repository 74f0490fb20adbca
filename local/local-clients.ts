/**
 * The tenant's clients that local mode uses: one sets up the tenant, one logs users in. They authenticate with the secrets of the
 * seed or, on request, with keys that are made at each start, so that no shared secret is left.
 */
import { generateKeyPairSync } from 'node:crypto';
import {
  type ClientCredentials,
  type PasswordGrantClient,
  parseClientCredentials,
} from '../src/core/client-credentials.ts';
import type { ClientCredentialRecord } from './tenant/records.ts';
import type { Tenant } from './tenant/server.ts';

export type ManagementSecret = { readonly clientId: string } & (
  | { readonly clientSecret: string }
  | { readonly privateKey: string }
);

export interface LocalClients {
  readonly management: ClientCredentials;
  readonly password: PasswordGrantClient;
  /** What the secret of the management client would hold. */
  readonly managementSecret: ManagementSecret;
}

const MANAGEMENT_CLIENT = { clientId: 'local-management-client', clientSecret: 'local-management-secret' };
const PASSWORD_CLIENT = { clientId: 'local-password-client', clientSecret: 'local-password-secret' };

/** The clients with the secrets of the tenant's seed. */
export const SECRET_CLIENTS: LocalClients = {
  management: MANAGEMENT_CLIENT,
  password: PASSWORD_CLIENT,
  managementSecret: MANAGEMENT_CLIENT,
};

/** Makes a key for each client and registers its public half. From then on the tenant refuses the clients' secrets. */
export function keyClients(tenant: Tenant): LocalClients {
  const managementSecret = withNewKey(tenant, MANAGEMENT_CLIENT);
  return {
    management: parsed(managementSecret),
    password: parsed(withNewKey(tenant, PASSWORD_CLIENT)),
    managementSecret,
  };
}

function withNewKey(tenant: Tenant, { clientId }: { readonly clientId: string }) {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  registerClientKey(tenant, clientId, publicKey);
  return { clientId, privateKey };
}

function parsed(secret: object): PasswordGrantClient {
  return parseClientCredentials('in memory', JSON.stringify(secret));
}

/** Registers a public key in place of what the client had before, as the dashboard does it. */
export function registerClientKey(
  { state }: Tenant,
  clientId: string,
  pem: string,
  alg: ClientCredentialRecord['alg'] = 'RS256',
): void {
  const client = state.clients.get(clientId);
  if (!client) throw new Error(`The tenant has no client ${clientId}.`);
  state.clients.set(clientId, { ...client, credentials: [{ id: 'cred_1', kid: 'kid-1', pem, alg }] });
}
