/** The real authorizer of local mode. What AWS would store is in memory. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type AuthorizerHandler, createHandler, type HandlerPorts } from '../lambda/authorizer/create-handler.ts';
import { type AuthorizerPorts, composeAuthorizer } from '../src/authorizer/compose.ts';
import type { AuthorizerConfiguration } from '../src/config/authorizer-configuration.ts';
import { DEFAULTS } from '../src/config/defaults.ts';
import { CONNECT_ROUTE } from '../src/core/routes.ts';
import { APP_PASSWORDS_API, type LocalExpiries } from './app-passwords/authorizer-part.ts';
import { observeAuthorizer, observeHttp, observeLog } from './inspector/observe.ts';
import { MemoryProofTable } from './memory-tables.ts';
import type { LocalConfiguration } from './options.ts';
import type { LocalPrincipalTokens } from './principal-tokens.ts';

export interface LocalAuthorizerSettings
  extends Pick<AuthorizerPorts, 'http' | 'clock' | 'marks' | 'issuerClient' | 'passwordGrantClient' | 'signingKeys'> {
  readonly configuration: LocalConfiguration;
  readonly issuer: string;
  readonly audience: string;
  /** The shared cache, which outlives the processes that use it. */
  readonly sharedCache: NonNullable<AuthorizerPorts['sharedCache']>;
  readonly expiries: LocalExpiries;
  /** Where clients find the API's metadata, if it has any. */
  readonly metadataUrl: string | undefined;
  readonly principalTokens: LocalPrincipalTokens | undefined;
  /** Called with each line of the log. */
  readonly log: (line: string) => void;
}

/** Makes the authorizer for a gateway. A proof names the gateway's URL, which is known only when the gateway listens. */
export function localAuthorizer(settings: LocalAuthorizerSettings, gatewayUrl: string): AuthorizerHandler {
  const { configuration, issuer, audience, metadataUrl, principalTokens, log, http, ...ports } = settings;
  const {
    basicChallenge: _,
    gatewayTtlSeconds: _ttl,
    backendUrl: _url,
    resourceMetadata: _isServed,
    ...others
  } = configuration;
  const { principalToken: _isSigned, principalTokenAudience: _audience, scopeDescriptions: _words, ...rest } = others;
  const { maxAuthAgeSeconds, authTimeClaim, ...behaviour } = rest;
  const authorizerConfiguration: AuthorizerConfiguration = {
    ...behaviour,
    routes: { [CONNECT_ROUTE]: [], ...behaviour.routes },
    appPasswordsApi: APP_PASSWORDS_API,
    contextClaims: [...behaviour.contextClaims, ...(maxAuthAgeSeconds === undefined ? [] : [authTimeClaim])],
    expiries: { table: 'in memory', digestSecret: 'in memory' },
    publicUrl: behaviour.publicUrl ?? gatewayUrl,
    issuer,
    audience,
    signingKeySecret: 'in memory',
    resourceMetadataUrl: metadataUrl,
    webSocketSubprotocols: true,
    principalToken: principalTokens?.configuration(gatewayUrl),
    revocation: { table: 'in memory', seconds: DEFAULTS.revocationSeconds, revokeJwts: false },
  };
  const handlerPorts: HandlerPorts = {
    ...ports,
    http: observeHttp(http),
    sleep: (milliseconds) => sleep(milliseconds),
    random: Math.random,
    proofs: new MemoryProofTable(),
    principalKey: principalTokens?.readKey,
  };
  const authorizer = observeAuthorizer(composeAuthorizer(authorizerConfiguration, handlerPorts));
  return createHandler(authorizerConfiguration, handlerPorts, observeLog(log), authorizer);
}
