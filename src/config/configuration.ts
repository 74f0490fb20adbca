/**
 * The configuration of a deployment, as an operator writes it in `cdk.json` or behind `-c`. Nothing is deployed, and
 * nothing synthesized, before all of it has been found to be right.
 */
import { forward, type InferOutput, is, optional, partialCheck, pipe } from 'valibot';
import type { RouteSettings } from '../core/routes.ts';
import { isTenantUrl } from '../core/secure-url.ts';
import { authorizerEntries } from './authorizer-configuration.ts';
import { contextValue } from './context-values.ts';
import { DEFAULTS } from './defaults.ts';
import {
  backendUrl,
  clientId,
  ipRateLimit,
  jwksCacheSeconds,
  keyArn,
  keyDelivery,
  keyFormat,
  managementDomain,
  rotationDays,
} from './deployment-fields.ts';
import { flag, secretId } from './fields.ts';
import { gatewayTtlFault, gatewayTtlSeconds } from './gateway-ttl.ts';
import { mainIssuerFault } from './issuers.ts';
import { exactly, parse } from './parse.ts';
import { routeFaults } from './route-faults.ts';

/** The demo's, where no backend is given. */
const DEMO_ROUTES = authorizerEntries.routes.default;

const keys = exactly({
  ...authorizerEntries,
  routes: optional(authorizerEntries.routes.wrapped),
  /** `{"clientId","clientSecret"}` of the client that sets the tenant up. */
  managementSecret: secretId,
  /** @default where the issuer is */
  managementDomain: optional(managementDomain),
  /** `{"clientId","clientSecret","connection"?}`. @default Basic takes app specific passwords only */
  passwordGrantSecret: optional(secretId),
  keyDelivery: optional(keyDelivery, DEFAULTS.keyDelivery),
  keyFormat: optional(keyFormat, DEFAULTS.keyFormat),
  rotationDays: optional(rotationDays, DEFAULTS.rotationDays),
  jwksCacheSeconds: optional(jwksCacheSeconds, DEFAULTS.jwksCacheSeconds),
  basicChallenge: optional(flag, false),
  /** Whose grant gets the application-password scopes. @default the management client's */
  grantClientId: optional(clientId),
  createResourceServer: optional(flag, false),
  removeCreated: optional(flag, false),
  /** Overwrite a key of this software that another deployment may be using. */
  replaceKey: optional(flag, false),
  /** @default the demo API */
  backendUrl: optional(backendUrl),
  gatewayTtlSeconds: optional(gatewayTtlSeconds, DEFAULTS.gatewayTtlSeconds),
  /** @default AWS's own key */
  kmsKeyArn: optional(keyArn),
  /** Needs the account's CloudWatch role for API Gateway. */
  accessLog: optional(flag, false),
  /** Requests in five minutes from one IP address, by a web ACL. @default no limit and no web ACL */
  ipRateLimit: optional(ipRateLimit),
});

/** What holds between keys; each is looked at when the keys themselves are right. */
const schema = pipe(
  keys,
  forward(
    partialCheck(
      [['issuer'], ['managementDomain']],
      ({ issuer, managementDomain: domain }) =>
        domain !== undefined || isTenantUrl(issuer) || !is(authorizerEntries.issuer, issuer),
      'missing; the issuer has a path, so say on which domain the Management API lives',
    ),
    ['managementDomain'],
  ),
  forward(
    partialCheck(
      [['issuer'], ['issuers']],
      (input) => mainIssuerFault(input) === undefined,
      ({ input }) => mainIssuerFault(input) ?? '',
    ),
    ['issuers'],
  ),
  forward(
    partialCheck(
      [['uncachedScopes'], ['gatewayTtlSeconds']],
      (input) => gatewayTtlFault(input.uncachedScopes, input.gatewayTtlSeconds) === undefined,
      ({ input }) => gatewayTtlFault(input.uncachedScopes, input.gatewayTtlSeconds) ?? '',
    ),
    ['gatewayTtlSeconds'],
  ),
  forward(
    partialCheck(
      [['keyDelivery'], ['audience']],
      (input) => input.keyDelivery !== 'wellKnown' || /^https?:\/\/[^/]/.test(input.audience),
      'got "wellKnown"; wanted another, since the audience is no http or https URL, and so has no origin to look at',
    ),
    ['keyDelivery'],
  ),
  forward(
    partialCheck(
      [['routes'], ['backendUrl']],
      (input) => input.backendUrl === undefined || input.routes !== undefined,
      'missing; with backendUrl, say what each of its routes asks for, such as {"ANY /{proxy+}": []}',
    ),
    ['routes'],
  ),
  forward(
    partialCheck(
      [['routes'], ['backendUrl']],
      (input) => routeFaults(input.routes ?? {}, input.backendUrl !== undefined).length === 0,
      ({ input }) => routeFaults(input.routes ?? {}, input.backendUrl !== undefined).join('; '),
    ),
    ['routes'],
  ),
);

/** The configuration of a deployment, complete. */
export type Configuration = Omit<InferOutput<typeof schema>, 'routes'> & { readonly routes: RouteSettings };

/**
 * Parses the configuration out of CDK's context.
 *
 * @param context all of it; CDK's own keys are passed over
 * @throws ConfigurationError `configuration_invalid` with every fault
 */
export function parseConfiguration(context: Readonly<Record<string, unknown>>): Configuration {
  const ours = Object.entries(context).filter(([key]) => !isOfCdk(key));
  const values = ours.map(([key, value]) => [key, typeof value === 'string' ? contextValue(value) : value]);
  const parsed = parse(schema, Object.fromEntries(values), 'The configuration');
  return { ...parsed, routes: parsed.routes ?? DEMO_ROUTES };
}

const UNPREFIXED_KEYS_OF_CDK = ['acknowledged-issue-numbers', 'cdk-migrate'];

/** `aws:cdk:…`, `@aws-cdk/…`, `availability-zones:account=…`. */
function isOfCdk(key: string): boolean {
  return /[:/]/.test(key) || UNPREFIXED_KEYS_OF_CDK.includes(key);
}
