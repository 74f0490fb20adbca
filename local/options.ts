/** The command line and environment of `npm start`. */
import { parseArgs } from 'node:util';
import { type InferOutput, optional } from 'valibot';
import { appPasswordEntries } from '../src/config/app-passwords.ts';
import { authorizerEntries, bindingFault, mainAudienceFault } from '../src/config/authorizer-configuration.ts';
import { principalTokenFault, routesFault } from '../src/config/configuration.ts';
import { contextPairs, suggestKey } from '../src/config/context-values.ts';
import { DEFAULTS } from '../src/config/defaults.ts';
import { backendUrl } from '../src/config/deployment-fields.ts';
import { audience, flag, seconds } from '../src/config/fields.ts';
import { gatewayTtlFault } from '../src/config/gateway-ttl.ts';
import { exactly, parse } from '../src/config/parse.ts';
import { routeAudienceFault } from '../src/config/route-faults.ts';
import { ConfigurationError } from '../src/core/errors.ts';
import { CONNECT_ROUTE } from '../src/core/routes.ts';

/** The main audience of local mode. */
export const AUDIENCE = 'https://demo.api';

/** The configuration keys that apply to local mode; issuer and audience come from the local tenant. */
const { issuer: _issuer, audience: _audience, ...behaviour } = authorizerEntries;
const schema = exactly({
  ...behaviour,
  /** @default the demo API */
  backendUrl: optional(backendUrl),
  basicChallenge: optional(flag, false),
  gatewayTtlSeconds: optional(seconds(3600), DEFAULTS.gatewayTtlSeconds),
  /** Serve metadata. The public URL is then an audience; by default it is the gateway's own URL. */
  resourceMetadata: optional(flag, false),
  principalToken: optional(flag, false),
  principalTokenAudience: optional(audience),
  /** For the page on which users manage their app specific passwords. */
  scopeDescriptions: appPasswordEntries.scopeDescriptions,
  maxAuthAgeSeconds: appPasswordEntries.maxAuthAgeSeconds,
  authTimeClaim: appPasswordEntries.authTimeClaim,
});

export type LocalConfiguration = InferOutput<typeof schema>;

export interface LocalOptions {
  /** The port of the gateway; 0 uses a free port. */
  readonly port: number;
  readonly tenantPort: number;
  /** The port of the WebSocket API. @default 0 */
  readonly webSocketPort?: number | undefined;
  /** The port of the page for app specific passwords. @default 0 */
  readonly appPasswordsPort?: number | undefined;
  /** Whether the clients of the tenant authenticate with keys. @default false: with secrets */
  readonly clientKeys?: boolean;
  readonly configuration: LocalConfiguration;
}

export type StartOptions = LocalOptions & { readonly help: boolean; readonly json: boolean };

/** Thrown for a mistake in the command line or the environment; the message is one line. */
export class UsageError extends Error {}

export const USAGE = `Usage: npm start -- [--json] [--client-keys] [-c key=value]...

Starts a local tenant and a local API behind the authorizer, and shows which credentials are allowed and which are refused.

  --json          print one line with a JSON object when ready, and nothing else
                  (npm prints a banner first; npm start --silent -- --json prints none)
  --client-keys   the management client and the password client authenticate with private keys (private_key_jwt), not with secrets
  -c key=value    set a configuration key, such as -c basicOrder=password-first, or your own routes and
                  backend: -c backendUrl=http://127.0.0.1:8080 -c 'routes={"ANY /{proxy+}":["read:foo"]}'
  --help          print this

  PORT                the port of the API (3000; 0 uses a free port)
  TENANT_PORT         the port of the tenant (3001; 0 uses a free port)
  WEBSOCKET_PORT      the port of the WebSocket API (0, a free port)
  APP_PASSWORDS_PORT  the port of the page for app passwords (3003, but 0 if PORT is set)

Press Ctrl-C to stop.
`;

/**
 * Parses the command line and the environment of `npm start`.
 *
 * @throws UsageError
 */
export function parseStartOptions(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): StartOptions {
  return orUsageError(() => {
    const { values } = parseArgs({
      args: [...args],
      options: {
        json: { type: 'boolean', default: false },
        'client-keys': { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
        context: { type: 'string', short: 'c', multiple: true, default: [] },
      },
    });
    return {
      json: values.json,
      clientKeys: values['client-keys'],
      help: values.help,
      port: parsePort('PORT', environment.PORT ?? '3000'),
      tenantPort: parsePort('TENANT_PORT', environment.TENANT_PORT ?? '3001'),
      webSocketPort: parsePort('WEBSOCKET_PORT', environment.WEBSOCKET_PORT ?? '0'),
      appPasswordsPort: parsePort('APP_PASSWORDS_PORT', environment.APP_PASSWORDS_PORT ?? usualPort(environment)),
      configuration: localConfiguration(contextPairs(values.context)),
    };
  });
}

/** Runs the parser of a command line. @throws UsageError for any error, with its message in one line */
export function orUsageError<Parsed>(parser: () => Parsed): Parsed {
  try {
    return parser();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new UsageError(message.replace(/\s*\n\s*/g, ' '), { cause: error });
  }
}

/**
 * Parses the configuration of local mode.
 *
 * @throws ConfigurationError `configuration_invalid` with every fault
 */
export function localConfiguration(values: Readonly<Record<string, unknown>> = {}): LocalConfiguration {
  const configuration = parse(schema, values, 'The configuration', suggestKey);
  const accepted = { ...configuration, audience: AUDIENCE };
  // The routes of the demo API are only a default without a backend.
  const routes = values.routes === undefined ? undefined : withoutConnect(configuration.routes);
  const faults = Object.entries({
    audiences: mainAudienceFault(accepted),
    mtls: bindingFault(configuration),
    routes: routesFault({ ...configuration, routes }) ?? routeAudienceFault(accepted),
    principalTokenAudience: principalTokenFault(configuration),
    gatewayTtlSeconds: gatewayTtlFault(configuration, configuration.gatewayTtlSeconds),
  }).flatMap(([key, fault]) => (fault === undefined ? [] : [`${key}: ${fault}`]));
  if (faults.length > 0) {
    throw new ConfigurationError('configuration_invalid', `The configuration is wrong: ${faults.join('; ')}`);
  }
  return configuration;
}

/** The routes of the REST API. The WebSocket API is another one. */
export function withoutConnect<Setting>(routes: Readonly<Record<string, Setting>>): Record<string, Setting> {
  const { [CONNECT_ROUTE]: _, ...others } = routes;
  return others;
}

/** Whoever chooses the port of the API, such as for a second one, does not expect a fixed port beside it. */
function usualPort({ PORT }: Readonly<Record<string, string | undefined>>): string {
  return PORT === undefined ? '3003' : '0';
}

function parsePort(name: string, text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= 65_535)) throw new UsageError(`Got ${name}=${JSON.stringify(text)}; expected a port from 0 to 65535.`);
  return port;
}
