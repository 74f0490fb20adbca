/** The real authorizer of local mode. What AWS would store is in memory. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type AuthorizerHandler, createHandler } from '../lambda/authorizer/create-handler.ts';
import type { AuthorizerPorts } from '../src/authorizer/compose.ts';
import { DEFAULTS } from '../src/config/defaults.ts';
import { CONNECT_ROUTE } from '../src/core/routes.ts';
import { importSigningKey, type PrivateSigningJwk } from '../src/signing-key/signing-key.ts';
import { MemoryEntryTable, MemoryProofTable } from './memory-tables.ts';
import type { LocalConfiguration } from './options.ts';
import type { LocalPrincipalTokens } from './principal-tokens.ts';

export interface LocalAuthorizerSettings
  extends Pick<AuthorizerPorts, 'http' | 'clock' | 'marks' | 'issuerClient' | 'passwordGrantClient'> {
  readonly configuration: LocalConfiguration;
  readonly issuer: string;
  readonly audience: string;
  readonly signingJwk: PrivateSigningJwk;
  /** Where clients find the API's metadata, if it has any. */
  readonly metadataUrl: string | undefined;
  readonly principalTokens: LocalPrincipalTokens | undefined;
  /** Called with each line of the log. */
  readonly log: (line: string) => void;
}

/** Makes the authorizer for a gateway. A proof names the gateway's URL, which is known only when the gateway listens. */
export function localAuthorizer(settings: LocalAuthorizerSettings, gatewayUrl: string): AuthorizerHandler {
  const { configuration, issuer, audience, signingJwk, metadataUrl, principalTokens, log, ...ports } = settings;
  const {
    basicChallenge: _,
    gatewayTtlSeconds: _ttl,
    backendUrl: _url,
    resourceMetadata: _isServed,
    ...others
  } = configuration;
  const { principalToken: _isSigned, principalTokenAudience: _audience, ...behaviour } = others;
  const signingKey = importSigningKey(signingJwk);
  const pepper = randomBytes(48).toString('base64');
  return createHandler(
    {
      ...behaviour,
      routes: { [CONNECT_ROUTE]: [], ...behaviour.routes },
      publicUrl: behaviour.publicUrl ?? gatewayUrl,
      issuer,
      audience,
      signingKeySecret: 'in memory',
      resourceMetadataUrl: metadataUrl,
      webSocketSubprotocols: true,
      principalToken: principalTokens?.configuration(gatewayUrl),
      revocation: { table: 'in memory', seconds: DEFAULTS.revocationSeconds, revokeJwts: false },
    },
    {
      ...ports,
      sleep: (milliseconds) => sleep(milliseconds),
      random: Math.random,
      signingKeys: { read: async () => [signingKey] },
      sharedCache: { table: new MemoryEntryTable(), readPepper: async () => pepper },
      proofs: new MemoryProofTable(),
      principalKey: principalTokens?.readKey,
    },
    log,
  );
}
