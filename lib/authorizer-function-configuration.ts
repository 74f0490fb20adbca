/** Converts the props of `AuthorizerFunction` to the `CONFIG` of its function. */
import type { IConstruct } from 'constructs';
import {
  type AuthorizerConfiguration,
  authorizerEntries,
  parseAuthorizerConfiguration,
} from '../src/config/authorizer-configuration.ts';
import { ROUTES_FILE } from '../src/config/defaults.ts';
import type { AppPasswordsLink } from './app-passwords-link.ts';
import type { AuthorizerFunctionProps } from './authorizer-function-props.ts';
import { invalidProp, secondsOf } from './check-prop.ts';
import { functionConfiguration } from './function-configuration.ts';
import type { AdditionalIssuer, AuthorizationServer } from './issuer-props.ts';
import type { PrincipalToken } from './principal-token.ts';
import { metadataUrl } from './protected-resource.ts';
import { secretIdOf } from './secret-id.ts';
import type { SharedState } from './shared-state.ts';

/** A function's environment holds 4 KB. The rest is reserved for names that are known only at deployment. */
const MAXIMUM_BYTES = 3072;

/** Every key of the configuration. `undefined` leaves a key to the function's default. */
type Keys = Readonly<Record<keyof AuthorizerConfiguration, unknown>>;

export interface DeployedConfiguration {
  /** The text of `CONFIG`. */
  readonly config: string;
  /** The files that are deployed beside the function's code, by name: the routes, if they do not fit into `CONFIG`. */
  readonly files: Readonly<Record<string, string>>;
}

/** The parts of an authorizer that its configuration names. */
export interface AuthorizerParts {
  readonly sharedState?: SharedState;
  readonly principalToken?: PrincipalToken | undefined;
  readonly appPasswords?: AppPasswordsLink | undefined;
}

/**
 * Serializes the function's configuration.
 *
 * @throws ConfigurationError `configuration_invalid`
 */
export function authorizerConfiguration(
  scope: IConstruct,
  props: AuthorizerFunctionProps,
  { sharedState, principalToken, appPasswords }: AuthorizerParts = {},
): DeployedConfiguration {
  const { passwordGrantSecret, originSecret } = props;
  const { cacheTtlSeconds, negativeTtlSeconds, staleIfErrorSeconds } = authorizerEntries;
  const configuration: Keys = {
    issuer: props.issuer,
    authorizationServer: props.authorizationServer && serverConfiguration(props.authorizationServer),
    issuers: props.issuers?.map(issuerConfiguration),
    audience: props.audience,
    audiences: props.audiences,
    routes: props.routes,
    basicOrder: props.basicOrder,
    basicTokenUsers: props.basicTokenUsers,
    dpop: props.dpop,
    mtls: props.mtls,
    publicUrl: props.publicUrl,
    allowedOrganizations: props.allowedOrganizations,
    contextClaims: contextClaims(props, appPasswords),
    permissionsAsScopes: props.permissionsAsScopes,
    introspectJwts: props.introspectJwts,
    cacheTtlSeconds: secondsOf(scope, 'cacheTtl', props.cacheTtl, cacheTtlSeconds),
    negativeTtlSeconds: secondsOf(scope, 'negativeTtl', props.negativeTtl, negativeTtlSeconds),
    staleIfErrorSeconds: secondsOf(scope, 'staleIfError', props.staleIfError, staleIfErrorSeconds),
    uncachedScopes: props.uncachedScopes,
    viewerAddressHeader: props.viewerAddressHeader,
    originSecret: originSecret && secretIdOf(originSecret),
    logSubject: props.logSubject,
    signingKeySecret: props.signingKey.secretArn,
    passwordGrantSecret: passwordGrantSecret && secretIdOf(passwordGrantSecret),
    sharedCache: undefined,
    revocation: undefined,
    proofTable: undefined,
    expiries: appPasswords?.expiries,
    appPasswordsApi: appPasswords?.api,
    resourceMetadataUrl: metadataUrl(scope, props),
    webSocketSubprotocols: props.webSocketSubprotocols,
    principalToken: principalToken?.configuration,
    ...sharedState?.configuration,
  };
  const config = functionConfiguration(scope, configuration, (text) => parseAuthorizerConfiguration(text));
  if (Buffer.byteLength(config) <= MAXIMUM_BYTES || !props.routes)
    return { config: assertSize(scope, config), files: {} };
  return {
    config: assertSize(scope, JSON.stringify({ ...configuration, routes: ROUTES_FILE })),
    files: { [ROUTES_FILE]: JSON.stringify(props.routes) },
  };
}

/** Those of the props, and those that the API for app specific passwords reads. */
function contextClaims(props: AuthorizerFunctionProps, appPasswords: AppPasswordsLink | undefined) {
  const { contextClaims: claims } = props;
  return appPasswords && appPasswords.claims.length > 0
    ? [...new Set([...(claims ?? []), ...appPasswords.claims])]
    : claims;
}

/** Stands for the routes that are added later. */
const SOME_ROUTES = { 'GET /': [] };

/**
 * Checks the props before all routes are known.
 *
 * @throws ConfigurationError `configuration_invalid`
 */
export function checkAuthorizerProps(scope: IConstruct, props: AuthorizerFunctionProps): void {
  authorizerConfiguration(scope, { ...props, routes: props.routes ?? SOME_ROUTES });
}

function issuerConfiguration(issuer: AdditionalIssuer): Readonly<Record<keyof AdditionalIssuer, unknown>> {
  return { issuer: issuer.issuer, profile: issuer.profile, ...serverConfiguration(issuer) };
}

/** An issuer that is an Auth0 tenant needs no URLs. */
type Server = { readonly [Key in keyof AuthorizationServer]?: AuthorizationServer[Key] | undefined };

function serverConfiguration(server: Server): Readonly<Record<keyof AuthorizationServer, unknown>> {
  return {
    jwksUrl: server.jwksUrl,
    introspectionUrl: server.introspectionUrl,
    clientId: server.clientId,
    clientSecret: server.clientSecret && secretIdOf(server.clientSecret),
  };
}

function assertSize(scope: IConstruct, text: string): string {
  const bytes = Buffer.byteLength(text);
  if (bytes <= MAXIMUM_BYTES) return text;
  throw invalidProp(
    scope,
    `The authorizer's configuration has ${bytes} bytes, not counting its routes; expected at most ${MAXIMUM_BYTES}, because a function's environment holds 4 KB. Shorten "issuers" or "uncachedScopes".`,
  );
}
