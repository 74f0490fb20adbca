/** Logs the test user in with the client for password logins, as the authorizer does, to get a JWT. */
import { randomUUID } from 'node:crypto';
import type { PasswordGrantClient } from '../../src/core/client-credentials.ts';
import { credentialDigest } from '../../src/core/credential-digest.ts';
import { isJsonObject, parseJson } from '../../src/core/json.ts';
import { DECISION_DEADLINE_MS, IssuerEndpoint, type IssuerPorts } from '../../src/issuer/issuer-endpoint.ts';
import { PasswordGrant } from '../../src/issuer/password-grant.ts';

export interface Login {
  readonly issuer: string;
  readonly audience: string;
  readonly scopes: readonly string[];
  readonly client: PasswordGrantClient;
  readonly username: string;
  readonly password: string;
}

/**
 * Logs in.
 *
 * @returns the access token
 * @throws CredentialError or IssuerError, without the credentials
 */
export function logIn({ issuer, audience, scopes, client, username, password }: Login, ports: IssuerPorts) {
  const grant = new PasswordGrant({
    issuer,
    endpoint: new IssuerEndpoint('token', ports),
    readClient: async () => client,
    audience,
    scopes,
    clock: ports.clock,
    uniqueId: randomUUID,
    digest: credentialDigest(),
  });
  return grant.logIn(
    { kind: 'basic', username, secret: password },
    { deadlineMs: ports.clock() + DECISION_DEADLINE_MS },
  );
}

/** The `sub` of a JWT, which nobody has verified; `undefined` if the text is not a JWT. */
export function unverifiedSubject(token: string): string | undefined {
  const [, payload = ''] = token.split('.');
  const claims = parseJson(Buffer.from(payload, 'base64url').toString('utf8'));
  return isJsonObject(claims) && typeof claims.sub === 'string' ? claims.sub : undefined;
}
