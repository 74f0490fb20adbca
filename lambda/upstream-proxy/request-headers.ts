/**
 * The headers that a backend gets: the caller's without the credential, without what belongs to a connection and without
 * whatever claims to be from us; then the principal, each part of it always, and the secret that only we know.
 */
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { percentEncode } from './percent-encode.ts';

/** By lower-case name. */
export type Headers = Readonly<Record<string, readonly string[]>>;

/** The header by which the backend tells this API from others. */
export const GATEWAY_SECRET_HEADER = 'x-gateway-secret';

const PRINCIPAL_KEYS = ['sub', 'username', 'scope', 'token_type', 'client_id', 'org_id', 'iss', 'exp'] as const;
const PRINCIPAL_PREFIX = 'x-auth-';

/** RFC 9110 section 7.6.1, with what is said anew for the backend's connection. */
const OF_THE_CONNECTION = [
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'host',
  'content-length',
  'expect',
];
const CREDENTIALS = ['authorization', 'proxy-authorization', GATEWAY_SECRET_HEADER];
/** The authorizer judged the method and the path of the request line: no header may name others. */
const OVERRIDES = [
  'x-http-method',
  'x-http-method-override',
  'x-method-override',
  'x-original-method',
  'x-original-url',
  'x-rewrite-url',
  'x-forwarded-host',
  'x-forwarded-prefix',
  'x-forwarded-uri',
  'x-forwarded-method',
  'forwarded',
];
const DROPPED: ReadonlySet<string> = new Set([...OF_THE_CONNECTION, ...CREDENTIALS, ...OVERRIDES]);

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

/** A name with `_` for `-` is another header here, and the same one to many a backend. */
export function canonicalName(name: string): string {
  return name.toLowerCase().replaceAll('_', '-');
}

/** The names that a `Connection` header takes along. */
export function namesOfConnection(values: readonly string[]): readonly string[] {
  return values.flatMap((value) => value.split(',')).map((name) => canonicalName(name.trim()));
}

function callerHeaders({ multiValueHeaders, headers }: APIGatewayProxyEvent): Headers {
  const fields = Object.entries(multiValueHeaders ?? headers ?? {}).map(
    ([name, value]) => [name.toLowerCase(), [value ?? []].flat()] as const,
  );
  const ofConnection = namesOfConnection(fields.flatMap(([name, values]) => (name === 'connection' ? values : [])));
  const kept = fields.filter(([name]) => isForBackend(name) && !ofConnection.includes(canonicalName(name)));
  return Object.fromEntries(kept.map(([name, values]) => [name, values.filter((value) => FIELD_VALUE.test(value))]));
}

function isForBackend(name: string): boolean {
  const canonical = canonicalName(name);
  return FIELD_NAME.test(name) && !DROPPED.has(canonical) && !canonical.startsWith(PRINCIPAL_PREFIX);
}

/** With hyphens, since many a server drops a header whose name has `_`; percent-encoded, since a header is ASCII. */
function principalHeaders(principal: Readonly<Record<string, unknown>>): Headers {
  const entries = PRINCIPAL_KEYS.map((key) => {
    const name = `${PRINCIPAL_PREFIX}${key.replaceAll('_', '-')}`;
    return [name, [percentEncode(principal[key])]];
  });
  return Object.fromEntries(entries);
}
