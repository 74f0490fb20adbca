/**
 * The configuration of a deployment, as an operator writes it in `cdk.json` or after `-c`. All of it is checked before
 * anything is synthesized or deployed.
 */
import { forward, type InferOutput, is, optional, partialCheck, pipe } from 'valibot';
import type { RouteSettings } from '../core/routes.ts';
import { isTenantUrl } from '../core/secure-url.ts';
import { appPasswordEntries, appPasswordsFault, pageTokensFault } from './app-passwords.ts';
import { authorizerEntries, bindingFault, mainAudienceFault } from './authorizer-configuration.ts';
import { contextValue, suggestKey } from './context-values.ts';
import { DEFAULTS } from './defaults.ts';
import {
  architecture,
  backendUrl,
  clientId,
  eventBus,
  ipRateLimit,
  jwksCacheSeconds,
  keyArn,
  keyDelivery,
  keyFormat,
  managementDomain,
  maxJwtLifetimeSeconds,
  memorySize,
  provisionedConcurrency,
  refresh,
  rotationDays,
  stackPrefix,
  topicArn,
} from './deployment-fields.ts';
import { audience, flag, revocationSeconds, secretId } from './fields.ts';
import { corsAllowHeaders, corsAllowOrigins, logRetentionDays, throttleBurst, throttleRate } from './gateway-fields.ts';
import { gatewayTtlFault, gatewayTtlSeconds } from './gateway-ttl.ts';
import { mainIssuerFault } from './issuers.ts';
import { exactly, faultFree, parse } from './parse.ts';
import { routeAudienceFault, routeFaults } from './route-faults.ts';
import { viewerAddressFault } from './viewer-address.ts';

/** The routes of the demo API, used without a backend. */
const DEMO_ROUTES = authorizerEntries.routes.default;

/** `key-meanings.ts` says what each key means. */
const keys = exactly({
  ...authorizerEntries,
  routes: optional(authorizerEntries.routes.wrapped),
  managementSecret: secretId,
  managementDomain: optional(managementDomain),
  passwordGrantSecret: optional(secretId),
  keyDelivery: optional(keyDelivery, DEFAULTS.keyDelivery),
  keyFormat: optional(keyFormat, DEFAULTS.keyFormat),
  refresh: optional(refresh),
  rotationDays: optional(rotationDays, DEFAULTS.rotationDays),
  jwksCacheSeconds: optional(jwksCacheSeconds, DEFAULTS.jwksCacheSeconds),
  basicChallenge: optional(flag, false),
  grantClientId: optional(clientId),
  createResourceServer: optional(flag, false),
  removeCreated: optional(flag, false),
  replaceKey: optional(flag, false),
  backendUrl: optional(backendUrl),
  gatewayTtlSeconds: optional(gatewayTtlSeconds, DEFAULTS.gatewayTtlSeconds),
  kmsKeyArn: optional(keyArn),
  accessLog: optional(flag, false),
  ipRateLimit: optional(ipRateLimit),
  alarmTopicArn: optional(topicArn),
  stackPrefix: optional(stackPrefix, DEFAULTS.stackPrefix),
  catchAll: optional(flag, true),
  corsAllowOrigins: optional(corsAllowOrigins, [...DEFAULTS.corsAllowOrigins]),
  corsAllowHeaders: optional(corsAllowHeaders, [...DEFAULTS.corsAllowHeaders]),
  throttleRate: optional(throttleRate, DEFAULTS.throttleRate),
  throttleBurst: optional(throttleBurst, DEFAULTS.throttleBurst),
  jwksThrottleRate: optional(throttleRate, DEFAULTS.jwksThrottleRate),
  jwksThrottleBurst: optional(throttleBurst, DEFAULTS.jwksThrottleBurst),
  logRetentionDays: optional(logRetentionDays, DEFAULTS.logRetentionDays),
  encryptLogs: optional(flag, false),
  tracing: optional(flag, false),
  sharedCache: optional(flag, true),
  revokeJwts: optional(flag, false),
  revocationSeconds: optional(revocationSeconds, DEFAULTS.revocationSeconds),
  maxJwtLifetimeSeconds: optional(maxJwtLifetimeSeconds, DEFAULTS.maxJwtLifetimeSeconds),
  logEventBus: optional(eventBus),
  memorySize: optional(memorySize, DEFAULTS.memorySize),
  provisionedConcurrency: optional(provisionedConcurrency, 0),
  architecture: optional(architecture, 'arm64'),
  resourceMetadata: optional(flag, false),
  principalToken: optional(flag, false),
  principalTokenAudience: optional(audience),
  ...appPasswordEntries,
});

/** The schema of each key, for the reference in `docs/configuration.md`. */
export const CONFIGURATION_KEYS = keys.entries;

type Keys = InferOutput<typeof keys>;

/** Checks that involve several keys. Each runs only if these keys are valid. */
const schema = pipe(
  keys,
  forward(partialCheck([['issuer'], ['managementDomain']], ...faultFree(managementDomainFault)), ['managementDomain']),
  forward(partialCheck([['audience'], ['audiences']], ...faultFree(mainAudienceFault)), ['audiences']),
  forward(partialCheck([['principalToken'], ['principalTokenAudience']], ...faultFree(principalTokenFault)), [
    'principalTokenAudience',
  ]),
  forward(
    partialCheck([['appPasswords'], ['appPasswordsSecret'], ['appPasswordClients']], ...faultFree(appPasswordsFault)),
    ['appPasswords'],
  ),
  forward(
    partialCheck([['appPasswords'], ['dpop'], ['mtls'], ['allowedOrganizations']], ...faultFree(pageTokensFault)),
    ['appPasswords'],
  ),
  forward(partialCheck([['uncachedScopes'], ['dpop'], ['mtls'], ['gatewayTtlSeconds']], ...faultFree(ttlFault)), [
    'gatewayTtlSeconds',
  ]),
  forward(
    partialCheck(
      [['resourceMetadata'], ['publicUrl'], ['audience'], ['audiences']],
      ...faultFree(resourceMetadataFault),
    ),
    ['resourceMetadata'],
  ),
  forward(partialCheck([['keyDelivery'], ['audience'], ['audiences']], ...faultFree(keyDeliveryFault)), [
    'keyDelivery',
  ]),
  forward(partialCheck([['issuer'], ['issuers']], ...faultFree(mainIssuerFault)), ['issuers']),
  forward(partialCheck([['kmsKeyArn'], ['encryptLogs']], ...faultFree(encryptLogsFault)), ['encryptLogs']),
  forward(partialCheck([['dpop'], ['mtls']], ...faultFree(bindingFault)), ['mtls']),
  forward(partialCheck([['routes'], ['backendUrl']], ...faultFree(routesFault)), ['routes']),
  forward(partialCheck([['audience'], ['audiences'], ['routes']], ...faultFree(routeAudienceFault)), ['routes']),
  forward(partialCheck([['viewerAddressHeader'], ['originSecret']], ...faultFree(viewerAddressFault)), [
    'viewerAddressHeader',
  ]),
);

function managementDomainFault({ issuer, managementDomain: domain }: Pick<Keys, 'issuer' | 'managementDomain'>) {
  return domain !== undefined || isTenantUrl(issuer) || !is(authorizerEntries.issuer, issuer)
    ? undefined
    : 'missing; the issuer has a path, so name the domain of the Management API';
}

function ttlFault(keyed: Pick<Keys, 'uncachedScopes' | 'dpop' | 'mtls' | 'gatewayTtlSeconds'>) {
  return gatewayTtlFault(keyed, keyed.gatewayTtlSeconds);
}

/** The fault of an option of the signed principal; `undefined` if there is none. */
export function principalTokenFault(keyed: Pick<Keys, 'principalToken' | 'principalTokenAudience'>) {
  return keyed.principalTokenAudience !== undefined && !keyed.principalToken
    ? 'expected none, because there is no signed principal; remove it, or set principalToken to true'
    : undefined;
}

/** The `aud` of principal tokens. By default it is the backend's URL, or else the audience of the API. */
export function principalTokenAudienceOf({
  principalTokenAudience,
  backendUrl,
  audience,
}: Pick<Keys, 'principalTokenAudience' | 'backendUrl' | 'audience'>): string {
  return principalTokenAudience ?? backendUrl ?? audience;
}

type ResourceKeys = Pick<Keys, 'resourceMetadata' | 'publicUrl' | 'audience' | 'audiences'>;

/** A client asks for a token for the `resource` of the metadata, so that must be an audience (RFC 9728 section 3.3). */
export function resourceMetadataFault({ resourceMetadata, publicUrl, audience, audiences }: ResourceKeys) {
  if (!resourceMetadata) return undefined;
  if (publicUrl === undefined) return 'got true; set publicUrl to the URL at which callers see the API';
  return [audience, ...audiences].includes(publicUrl)
    ? undefined
    : `got true; expected publicUrl (${publicUrl}) to be the audience or one of the audiences, because clients request tokens for it`;
}

function keyDeliveryFault({
  keyDelivery: delivery,
  audience,
  audiences,
}: Pick<Keys, 'keyDelivery' | 'audience' | 'audiences'>) {
  const [other] = [audience, ...audiences].filter((one) => !/^https?:\/\/[^/]/.test(one));
  return delivery !== 'wellKnown' || other === undefined
    ? undefined
    : `got "wellKnown"; expected another value, because the audience ${JSON.stringify(other)} is not an http or https URL and so has no origin`;
}

function encryptLogsFault({ kmsKeyArn, encryptLogs }: Pick<Keys, 'kmsKeyArn' | 'encryptLogs'>) {
  return encryptLogs && kmsKeyArn === undefined
    ? 'got true; set kmsKeyArn to the key that encrypts the logs'
    : undefined;
}

/** The fault of the routes, which a backend needs; `undefined` if there is none. */
export function routesFault({ routes, backendUrl: backend }: Pick<Keys, 'routes' | 'backendUrl'>) {
  if (routes !== undefined) return routeFaults(routes, backend !== undefined).join('; ') || undefined;
  return backend === undefined
    ? undefined
    : 'missing; with backendUrl, set the scopes that each route requires, such as {"ANY /{proxy+}": []}';
}

/** The configuration of a deployment, complete. */
export type Configuration = Omit<Keys, 'routes'> & { readonly routes: RouteSettings };

/**
 * Parses the configuration from CDK's context.
 *
 * @param context all of it; CDK's own keys are ignored
 * @throws ConfigurationError `configuration_invalid` with every fault
 */
export function parseConfiguration(context: Readonly<Record<string, unknown>>): Configuration {
  const ours = Object.entries(context).filter(([key]) => !isOfCdk(key));
  const values = ours.map(([key, value]) => [key, typeof value === 'string' ? contextValue(value) : value]);
  const parsed = parse(schema, Object.fromEntries(values), 'The configuration', suggestKey);
  return { ...parsed, routes: parsed.routes ?? DEMO_ROUTES };
}

const UNPREFIXED_KEYS_OF_CDK = ['acknowledged-issue-numbers', 'cdk-migrate'];

/** `aws:cdk:…`, `@aws-cdk/…`, `availability-zones:account=…`. */
function isOfCdk(key: string): boolean {
  return /[:/]/.test(key) || UNPREFIXED_KEYS_OF_CDK.includes(key);
}
