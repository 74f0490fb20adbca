/**
 * Makes the headers that the backend receives: the caller's, without the credential, the connection's headers and
 * anything that claims to be from us; then every part of the principal, and the secret that only we know.
 */
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { ORIGIN_SECRET_HEADER } from '../../src/config/defaults.ts';
import { percentEncode } from '../../src/core/percent-encoding.ts';
import { principalOf } from '../../src/core/principal.ts';
import { TRANSPORT_HEADERS } from '../../src/http/transport.ts';

/** By lower-case name. */
export type Headers = Readonly<Record<string, readonly string[]>>;

/** The header with the secret by which the backend recognizes this API. */
export const GATEWAY_SECRET_HEADER = 'x-gateway-secret';

const PRINCIPAL_PREFIX = 'x-auth-';

/** The connection to the backend has its own. */
const OF_THE_CONNECTION = [...TRANSPORT_HEADERS, 'host'];
const CREDENTIALS = ['authorization', 'proxy-authorization', 'dpop', GATEWAY_SECRET_HEADER, ORIGIN_SECRET_HEADER];
/** The authorizer checked the method and the path of the request line, so no header may override them. */
const OVERRIDES = [
  'proxy',
  'x-method-override',
  'x-request-uri',
  'request-uri',
  'path-info',
  'script-name',
  'x-script-name',
  'x-host',
  'forwarded',
];
/** Headers by which servers and proxies identify the user, or the user's address. */
const IDENTITIES = [
  'remote-user',
  'auth-user',
  'x-remote-user',
  'x-authenticated-user',
  'x-client-dn',
  'x-client-s-dn',
  'x-client-fingerprint',
  'x-client-verify',
  'cf-connecting-ip',
  'x-real-ip',
  'true-client-ip',
  'client-ip',
];
const DROPPED: ReadonlySet<string> = new Set([...OF_THE_CONNECTION, ...CREDENTIALS, ...OVERRIDES, ...IDENTITIES]);
/** `x-original-url`, `x-rewrite-url`, `x-http-method-override`, `x-forwarded-user` and the like. */
const DROPPED_FAMILIES = [
  PRINCIPAL_PREFIX,
  ...['x-original-', 'x-rewrite-', 'x-override-', 'x-http-', 'x-envoy-', 'x-forwarded-', 'x-accel-'],
  // Identities that load balancers and other gateways vouch for.
  ...['x-amzn-oidc-', 'x-ms-client-principal', 'x-goog-authenticated-user-', 'x-webauth-', 'x-ssl-', 'x-consumer-'],
  // Client certificates (RFC 9440 section 2.4, nginx, AWS and Azure load balancers).
  ...['client-cert', 'x-client-cert', 'x-client-ss', 'x-client-su', 'ssl-', 'x-tls-client-', 'x-amzn-mtls-'],
  ...['x-arr-clientcert', 'cf-client-cert', 'cf-access-', 'x-pomerium-', 'x-goog-iap-'],
  'impersonate-',
];
/** API Gateway writes these itself. */
const FROM_GATEWAY: ReadonlySet<string> = new Set(['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-port']);

/** RFC 9110 sections 5.6.2 and 5.5. */
const FIELD_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const FIELD_VALUE = /^[\t\x20-\x7E\x80-\xFF]*$/;

/** Makes the headers of a request to the backend. */
export function requestHeaders(event: APIGatewayProxyEvent, gatewaySecret: string): Headers {
  const { domainName, authorizer } = event.requestContext;
  return {
    ...callerHeaders(event),
    ...(domainName ? { 'x-forwarded-host': [domainName] } : {}),
    ...principalHeaders(authorizer ?? {}),
    [GATEWAY_SECRET_HEADER]: [gatewaySecret],
  };
}

/**
 * The form in which names are compared. `X.Auth.Sub`, `x_auth_sub` and `x~auth~sub` are three headers here, but some
 * servers replace everything that is not a letter or a digit by `_`, and then all of them are `X-Auth-Sub`.
 */
export function canonicalName(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '-');
}

/** The headers that `Connection` fields declare to belong to the connection. */
export function namesOfConnection(fields: readonly (readonly [name: string, value: string])[]): ReadonlySet<string> {
  const values = fields.flatMap(([name, value]) => (canonicalName(name) === 'connection' ? value.split(',') : []));
  return new Set(values.map((name) => canonicalName(name.trim())));
}

function callerHeaders({ multiValueHeaders, headers }: APIGatewayProxyEvent): Headers {
  const fields = Object.entries(multiValueHeaders ?? headers ?? {}).flatMap(([name, values]) =>
    [values ?? []].flat().map((value) => [name, value] as const),
  );
  const ofConnection = namesOfConnection(fields);
  return fieldsThat(fields, (name, value, canonical) => {
    // A caller cannot make us drop what API Gateway says about it.
    const isDeclared = ofConnection.has(canonical) && !FROM_GATEWAY.has(canonical);
    return isForBackend(name, canonical) && !isDeclared && FIELD_VALUE.test(value);
  });
}

/** Returns the header fields that pass a test, by lower-case name. Repeated fields stay in order. */
export function fieldsThat(
  fields: readonly (readonly [name: string, value: string])[],
  pass: (name: string, value: string, canonical: string) => boolean,
): Record<string, string[]> {
  const passed = new Map<string, string[]>();
  for (const [name, value] of fields) {
    if (!pass(name, value, canonicalName(name))) continue;
    const key = name.toLowerCase();
    passed.set(key, [...(passed.get(key) ?? []), value]);
  }
  return Object.fromEntries(passed);
}

function isForBackend(name: string, canonical: string): boolean {
  // Only in the gateway's own spelling: `x_forwarded_for` is the caller's.
  if (FROM_GATEWAY.has(canonical)) return name.toLowerCase() === canonical;
  return (
    FIELD_NAME.test(name) && !DROPPED.has(canonical) && !DROPPED_FAMILIES.some((family) => canonical.startsWith(family))
  );
}

/** With hyphens, since many servers drop a header whose name has `_`; percent-encoded, since a header is ASCII. */
function principalHeaders(context: Readonly<Record<string, unknown>>): Headers {
  const entries = Object.entries(principalOf(context)).map(([key, value]) => {
    return [`${PRINCIPAL_PREFIX}${key.replaceAll('_', '-')}`, [percentEncode(value)]];
  });
  return Object.fromEntries(entries);
}
