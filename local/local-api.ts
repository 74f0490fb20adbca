/** The API of local mode: the gateway, the real authorizer, and the demo API or a backend of one's own behind it. */
import { randomBytes } from 'node:crypto';
import type { AuthorizerHandler } from '../lambda/authorizer/create-handler.ts';
import { basicOffer } from '../src/config/challenges.ts';
import type { PasswordGrantClient } from '../src/core/client-credentials.ts';
import { createHttpsClient } from '../src/http/https-client.ts';
import { type LocalExpiries, localExpiries } from './app-passwords/authorizer-part.ts';
import { localBackend } from './backend.ts';
import type { LocalEnvironment, LocalPorts } from './environment.ts';
import { gatewayRoutes } from './gateway/routes.ts';
import { type Gateway, startGateway } from './gateway/server.ts';
import { startWebSocketApi } from './gateway/web-socket.ts';
import type { LocalParts } from './inspector/actions.ts';
import type { Inspector } from './inspector/inspector.ts';
import { observeBackend } from './inspector/observe.ts';
import { localAuthorizer } from './local-authorizer.ts';
import { MemoryEntryTable, MemoryMarkTable } from './memory-tables.ts';
import { AUDIENCE, type LocalOptions, withoutConnect } from './options.ts';
import { localPrincipalTokens } from './principal-tokens.ts';
import { servedMetadata } from './resource-metadata.ts';
import type { SigningKeySecret } from './signing-key-secret.ts';
import type { Tenant } from './tenant/server.ts';

export type StartedApi = Pick<LocalEnvironment, 'gatewaySecret' | 'metadataUrl' | 'webSocketUrl' | 'close'> & {
  readonly gateway: Gateway;
  readonly marks: MemoryMarkTable;
  readonly expiries: LocalExpiries;
  readonly authorizer: AuthorizerHandler;
  readonly caches: Pick<LocalParts, 'newProcess' | 'emptySharedCache'>;
};

export interface ApiPorts extends LocalPorts {
  readonly passwordClient: PasswordGrantClient;
  readonly inspector: Inspector | undefined;
}

/** Starts the API, and a WebSocket API beside it. Rejects with the listening error, after closing what it opened. */
export async function startLocalApi(
  { port, webSocketPort = 0, configuration }: LocalOptions,
  { issuer }: Tenant,
  signingKeys: SigningKeySecret,
  ports: ApiPorts,
): Promise<StartedApi> {
  const { log, clock, issuerClient, mutualTls, passwordClient, inspector } = ports;
  const { gatewayTtlSeconds, backendUrl } = configuration;
  const principalTokens = localPrincipalTokens(configuration, AUDIENCE);
  const metadata = servedMetadata(configuration, issuer);
  const metadataUrl = metadata?.url;
  const http = createHttpsClient();
  const entries = new MemoryEntryTable();
  const pepper = randomBytes(48).toString('base64');
  const sharedCache = { table: entries, readPepper: async () => pepper };
  const tables = { marks: new MemoryMarkTable(), entries, expiries: localExpiries() };
  const settings = {
    ...{ ...tables, sharedCache, configuration, issuer, audience: AUDIENCE, signingKeys, metadataUrl, principalTokens },
    ...{ http: http.send, clock, log, issuerClient, passwordGrantClient: async () => passwordClient },
  };
  const { authorizer, newProcess } = renewable(() => localAuthorizer(settings, gateway.url));
  const { handler, gatewaySecret } = localBackend(backendUrl, log, clock);
  const gateway: Gateway = await startGateway({
    ...{ port, authorizer, backend: observeBackend(handler), inspector, audience: AUDIENCE, mutualTls, clock },
    basicChallenge: basicOffer(configuration),
    dpop: configuration.dpop,
    principalJwks: principalTokens?.jwks,
    resourceMetadata: metadata,
    ...gatewayRoutes(withoutConnect(configuration.routes), backendUrl !== undefined),
    ttlSeconds: gatewayTtlSeconds,
  });
  const webSocketApi = await startWebSocketApi({ authorizer, port: webSocketPort }).catch(async (error: unknown) => {
    await gateway.close();
    throw error;
  });
  const close = async () => {
    await Promise.all([gateway.close(), webSocketApi.close()]);
    http.close();
  };
  const caches = { newProcess, emptySharedCache: () => tables.entries.entries.clear() };
  const { url: webSocketUrl } = webSocketApi;
  return { ...tables, gateway, gatewaySecret, metadataUrl, webSocketUrl, authorizer, caches, close };
}

/** An authorizer that starts anew on request, as in a new process. */
function renewable(make: () => AuthorizerHandler) {
  let made: AuthorizerHandler | undefined;
  const authorizer: AuthorizerHandler = (event) => {
    made ??= make();
    return made(event);
  };
  const newProcess = () => {
    made = undefined;
  };
  return { authorizer, newProcess };
}
