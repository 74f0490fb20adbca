/** The signed principal in local mode: its key is in memory, and the gateway serves its JWKS. */
import type { AuthorizerPorts } from '../src/authorizer/compose.ts';
import type { AuthorizerConfiguration } from '../src/config/authorizer-configuration.ts';
import { principalTokenAudienceOf } from '../src/config/configuration.ts';
import { generatePrincipalKey, publicPrincipalJwk, writePrincipalKeys } from '../src/principal-token/key-pairs.ts';
import { importPrincipalKey } from '../src/principal-token/principal-key.ts';
import type { LocalConfiguration } from './options.ts';

export interface LocalPrincipalTokens {
  readonly readKey: AuthorizerPorts['principalKey'];
  /** The JWKS as text. */
  readonly jwks: string;
  /** @param gatewayUrl the `iss` of the tokens */
  configuration(gatewayUrl: string): AuthorizerConfiguration['principalToken'];
}

type Keys = Pick<LocalConfiguration, 'principalToken' | 'principalTokenAudience' | 'backendUrl' | 'gatewayTtlSeconds'>;

/** @returns `undefined` unless the configuration turns them on */
export function localPrincipalTokens(
  { principalToken, gatewayTtlSeconds, ...keys }: Keys,
  audience: string,
): LocalPrincipalTokens | undefined {
  if (!principalToken) return undefined;
  const pairs = [generatePrincipalKey(), generatePrincipalKey()] as const;
  return {
    readKey: async () => importPrincipalKey(writePrincipalKeys(pairs)),
    jwks: JSON.stringify({ keys: pairs.map(publicPrincipalJwk) }),
    configuration: (issuer) => ({
      keySecret: 'in memory',
      issuer,
      audience: principalTokenAudienceOf({ ...keys, audience }),
      gatewayTtlSeconds,
    }),
  };
}
