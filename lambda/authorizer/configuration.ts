/**
 * Parses the function's `CONFIG`. Synthesis has validated it with the full schema, whose messages explain each fault. Every cold start
 * loads this parser, so it is small: it refuses what has the wrong form, and its message only names the key.
 */
import type { AuthorizerConfiguration } from '../../src/config/authorizer-configuration.ts';
import { AUTHORIZER_DEFAULTS as DEFAULTS, ROUTES_FILE } from '../../src/config/defaults.ts';
import { ConfigurationError } from '../../src/core/errors.ts';
import {
  flag,
  isJsonObject,
  list,
  MalformedError,
  type Members,
  matching,
  object,
  oneOf,
  parseJson,
  type Read,
  record,
  whole,
} from '../../src/core/json.ts';
import { canonicalIssuer, isSecureUrl } from '../../src/core/secure-url.ts';

type Routes = AuthorizerConfiguration['routes'];

const name = matching(/./s);
const visible = matching(/^[\x21-\x7E]{1,400}$/);
const identifier = orDigits(visible);
const secretId = orDigits(matching(/^(?:arn:[A-Za-z0-9/_+=.@:-]{1,600}|[A-Za-z0-9/_+=.@-]{1,512})$/));
const scopes = list(matching(/^[\x21\x23-\x5B\x5D-\x7E]+$/));
const binding = oneOf(['off', 'accepted', 'required']);
const secureUrl = matching(/^/, isSecureUrl);
const issuer = matching(/^[^?#\s]+$/, isSecureUrl);
const canonicalUrl = matching(/^/, (text) => canonicalIssuer(text) === text);
const tenantIssuer = matching(/\/$/, (text) => canonicalIssuer(text) === text);

const client = (from: Members) => ({
  clientId: from.optional('clientId', visible),
  clientSecret: from.optional('clientSecret', secretId),
});

const authorizationServer = object((from) => ({
  jwksUrl: from.required('jwksUrl', secureUrl),
  introspectionUrl: from.required('introspectionUrl', secureUrl),
  ...client(from),
}));

const additionalIssuer = object((from) => {
  const profile = from.optional('profile', oneOf(['auth0', 'rfc7662'])) ?? DEFAULTS.profile;
  const isAuth0 = profile === 'auth0';
  return {
    issuer: from.required('issuer', isAuth0 ? tenantIssuer : issuer),
    profile,
    jwksUrl: isAuth0 ? from.optional('jwksUrl', secureUrl) : from.required('jwksUrl', secureUrl),
    introspectionUrl: isAuth0
      ? from.optional('introspectionUrl', secureUrl)
      : from.required('introspectionUrl', secureUrl),
    ...client(from),
  };
});

const someScopes: typeof scopes = (value) => {
  const some = scopes(value);
  return some?.length === 0 ? undefined : some;
};

const allOf = object((from) => ({ allOf: from.required('allOf', scopes), audience: audienceOf(from) }));
const anyOf = object((from) => ({ anyOf: from.required('anyOf', someScopes), audience: audienceOf(from) }));

/** `RouteMap` parses the keys. */
const routes = record<Routes[string]>((value) => {
  if (value === 'public') return value;
  if (!isJsonObject(value)) return scopes(value);
  return 'anyOf' in value ? anyOf(value) : allOf(value);
});

/**
 * Parses the text of `CONFIG`.
 *
 * @param readFile reads a file that was deployed with the function, for routes that are not in the text
 * @throws ConfigurationError `configuration_invalid` for the first fault; whatever `readFile` throws
 */
export function readConfiguration(text: string, readFile: (name: string) => string): AuthorizerConfiguration {
  const readRoutes: Read<Routes> = (value) => {
    const read = routes(value === ROUTES_FILE ? parseJson(readFile(ROUTES_FILE)) : value);
    return read && Object.keys(read).length > 0 ? read : undefined;
  };
  const read = object((from) => ({
    ...issuerSettings(from),
    routes: from.optional('routes', readRoutes) ?? DEFAULTS.routes,
    ...credentialSettings(from),
    ...cacheSettings(from),
    ...deployedParts(from),
  }));
  return orThrow(() => read(parseJson(text)));
}

function orThrow(read: () => AuthorizerConfiguration | undefined): AuthorizerConfiguration {
  try {
    const configuration = read();
    if (configuration) return configuration;
    throw new MalformedError('it');
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error;
    throw new ConfigurationError(
      'configuration_invalid',
      `The CONFIG of the authorizer is not valid: ${error.message}`,
    );
  }
}

function issuerSettings(from: Members) {
  const server = from.optional('authorizationServer', authorizationServer);
  return {
    authorizationServer: server,
    issuer: from.required('issuer', server ? issuer : tenantIssuer),
    issuers: from.optional('issuers', list(additionalIssuer)) ?? [],
    audience: from.required('audience', identifier),
    audiences: from.optional('audiences', list(identifier)) ?? [],
  };
}

/** Which credentials are accepted, and what is read from them. */
function credentialSettings(from: Members) {
  return {
    basicOrder:
      from.optional('basicOrder', oneOf(['auto', 'password-first', 'introspect-first'])) ?? DEFAULTS.basicOrder,
    basicTokenUsers: from.optional('basicTokenUsers', list(matching(/^[^:\p{Cc}]{1,100}$/u))) ?? [],
    dpop: from.optional('dpop', binding) ?? DEFAULTS.binding,
    mtls: from.optional('mtls', binding) ?? DEFAULTS.binding,
    publicUrl: from.optional('publicUrl', canonicalUrl),
    allowedOrganizations: from.optional('allowedOrganizations', list(visible)) ?? [],
    contextClaims: from.optional('contextClaims', list(visible)) ?? [],
    permissionsAsScopes: from.optional('permissionsAsScopes', flag) ?? false,
    introspectJwts: from.optional('introspectJwts', flag) ?? false,
    viewerAddressHeader: from.optional('viewerAddressHeader', matching(/^[A-Za-z0-9-]{1,64}$/)),
    webSocketSubprotocols: from.optional('webSocketSubprotocols', flag) ?? false,
  };
}

function cacheSettings(from: Members) {
  return {
    cacheTtlSeconds: from.optional('cacheTtlSeconds', whole(0, 86_400)) ?? DEFAULTS.cacheTtlSeconds,
    negativeTtlSeconds: from.optional('negativeTtlSeconds', whole(0, 3600)) ?? DEFAULTS.negativeTtlSeconds,
    staleIfErrorSeconds: from.optional('staleIfErrorSeconds', whole(0, 86_400)) ?? 0,
    uncachedScopes: from.optional('uncachedScopes', scopes) ?? [],
    logSubject: from.optional('logSubject', flag) ?? false,
  };
}

const table = (from: Members) => ({ table: from.required('table', name) });

const sharedCache = object((from) => ({ ...table(from), pepperSecret: from.required('pepperSecret', secretId) }));

const revocation = object((from) => ({
  ...table(from),
  seconds: from.required('seconds', whole(1, 60)),
  revokeJwts: from.required('revokeJwts', flag),
}));

const expiries = object((from) => ({ ...table(from), digestSecret: from.required('digestSecret', secretId) }));

const appPasswordsApi = object((from) => ({ id: from.required('id', name), scope: from.required('scope', name) }));

const principalToken = object((from) => ({
  keySecret: from.required('keySecret', secretId),
  issuer: from.required('issuer', name),
  audience: from.required('audience', name),
  gatewayTtlSeconds: from.required('gatewayTtlSeconds', whole(0, 3600)),
}));

/** The names of what was deployed for the function. */
function deployedParts(from: Members) {
  return {
    signingKeySecret: from.required('signingKeySecret', secretId),
    passwordGrantSecret: from.optional('passwordGrantSecret', secretId),
    originSecret: from.optional('originSecret', secretId),
    sharedCache: from.optional('sharedCache', sharedCache),
    revocation: from.optional('revocation', revocation),
    proofTable: from.optional('proofTable', name),
    expiries: from.optional('expiries', expiries),
    appPasswordsApi: from.optional('appPasswordsApi', appPasswordsApi),
    resourceMetadataUrl: from.optional('resourceMetadataUrl', name),
    principalToken: from.optional('principalToken', principalToken),
  };
}

function audienceOf(from: Members): string | undefined {
  return from.optional('audience', identifier);
}

/** The full schema accepts a number too, because digits on a command line look like one. */
function orDigits(read: Read<string>): Read<string> {
  return (value) => read(Number.isSafeInteger(value) ? String(value) : value);
}
