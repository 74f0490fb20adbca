/** Builds the event that API Gateway would send for a case. */
import type { AuthorizerEvent } from '../../../lambda/authorizer/api-kinds.ts';
import http from '../../support/lambda/events/http-api-request.json' with { type: 'json' };
import rest from '../../support/lambda/events/rest-request.json' with { type: 'json' };
import webSocket from '../../support/lambda/events/websocket-connect.json' with { type: 'json' };
import { presentedCertificate, proofsFor } from './binding.ts';
import { isDpop } from './binding-model.ts';
import type { Case } from './case.ts';
import { presentedJwt } from './jwt.ts';
import { isGreedyName, isParameterName } from './routes.ts';
import { basicSecret, CALLER_IP, calledIn, givenUsername, isBehindGreedy, opaqueToken, PUBLIC_URL } from './world.ts';

/** What the caller sends: the secret, and the header fields as they arrive. */
export interface Presented {
  /** The token, or the part of a Basic credential after the colon. */
  readonly secret: string;
  readonly proofs: readonly string[];
  readonly fields: readonly (readonly [name: string, value: string])[];
}

export function presentedIn(testCase: Case): Presented {
  const { secret, value } = credentialOf(testCase);
  const fields = testCase.credential === 'odd' ? oddFields(testCase, value) : carried(testCase, value, secret);
  const proofs = isDpop(testCase) ? proofsFor(testCase, secret, urlOf(testCase)) : [];
  const name = testCase.headerStyle === 'nameLower' ? 'dpop' : 'DPoP';
  const others = testCase.identityHeaders ? IDENTITY_HEADERS : [];
  return { secret, proofs, fields: [...fields, ...proofs.map((proof) => [name, proof] as const), ...others] };
}

/** None of these headers may make a difference. */
const IDENTITY_HEADERS = [
  ['X-Auth-Sub', 'auth0|admin'],
  ['X-Forwarded-For', '192.0.2.66'],
  ['Auth0-Forwarded-For', '192.0.2.66'],
  ['Proxy-Authorization', 'Bearer proxyToken1234567'],
  ['X-Authorization', 'Bearer otherToken1234567'],
  ['Cookie', 'authorization=Bearer abc'],
] as const;

function credentialOf(testCase: Case): { readonly secret: string; readonly value: string } {
  if (testCase.credential === 'jwt') return token(testCase, presentedJwt(testCase));
  if (testCase.credential === 'basic') {
    const secret = basicSecret(testCase);
    return { secret, value: `Basic ${base64(`${givenUsername(testCase)}:${secret}`)}` };
  }
  return token(testCase, opaqueToken(testCase));
}

const token = (testCase: Case, secret: string) => ({
  secret,
  value: `${isDpop(testCase) ? 'DPoP' : 'Bearer'} ${secret}`,
});

/** A user name of the configuration whose Basic secret is a token. */
export const TOKEN_USER = 'token';

function carried(testCase: Case, value: string, secret: string): Presented['fields'] {
  const carrier = testCase.credential === 'basic' ? 'bearer' : testCase.carrier;
  if (carrier === 'basicSecret') return styledField(testCase, `Basic ${base64(`${TOKEN_USER}:${secret}`)}`);
  if (carrier === 'bearer' || testCase.api !== 'websocket') return styledField(testCase, value);
  return [['Sec-WebSocket-Protocol', `bearer, bearer.${Buffer.from(secret).toString('base64url')}`]];
}

const base64 = (value: string | Buffer): string => Buffer.from(value).toString('base64');

function styledField(testCase: Case, value: string): Presented['fields'] {
  const [scheme = '', rest = ''] = [value.slice(0, value.indexOf(' ')), value.slice(value.indexOf(' ') + 1)];
  switch (testCase.headerStyle) {
    case 'nameLower':
      return [['authorization', value]];
    case 'nameUpper':
      return [['AUTHORIZATION', value]];
    case 'nameMixed':
      return [['aUtHoRiZaTiOn', value]];
    case 'schemeLower':
      return [['Authorization', `${scheme.toLowerCase()} ${rest}`]];
    case 'schemeUpper':
      return [['Authorization', `${scheme.toUpperCase()} ${rest}`]];
    case 'severalSpaces':
      return [['Authorization', `${scheme}    ${rest}`]];
    case 'outerSpaces':
      return [['Authorization', `  ${value} \t`]];
    default:
      return [['Authorization', value]];
  }
}

const GOOD_BASIC = base64('user:passwords'); // 14 bytes, so the padding is one "="
const BASIC: Readonly<Partial<Record<Case['oddHeader'], string>>> = {
  basicAlone: 'Basic',
  basicNoColon: `Basic ${base64('user-without-secret')}`,
  basicNoUsername: `Basic ${base64(':qWeRtYuIoPaSdFgH')}`,
  basicNoSecret: `Basic ${base64('user:')}`,
  basicUnpadded: `Basic ${GOOD_BASIC.replaceAll('=', '')}`,
  basicOverpadded: `Basic ${GOOD_BASIC}=`,
  // The two unused bits of the last character are not zero.
  basicTrailingBits: `Basic ${GOOD_BASIC.slice(0, -2)}${String.fromCharCode(GOOD_BASIC.charCodeAt(GOOD_BASIC.length - 2) + 1)}=`,
  basicUrlAlphabet: `Basic ${base64(Buffer.from([0x75, 0x3a, 0xc3, 0xbf, 0xc3, 0xbe, 0xc3, 0xbf]))
    .replaceAll('/', '_')
    .replaceAll('+', '-')}`,
  basicSpaceInside: `Basic ${GOOD_BASIC.slice(0, 8)} ${GOOD_BASIC.slice(8)}`,
  basicNotUtf8: `Basic ${base64(Buffer.from([0x75, 0x3a, 0xff, 0xfe, 0x70]))}`,
  basicControl: `Basic ${base64('user:pass\u0007word')}`,
  basicNul: `Basic ${base64('user\u0000:password')}`,
  basicTab: `Basic\t${base64('user:password')}`,
  basicLongUsername: `Basic ${base64(`${'u'.repeat(400)}:password`)}`,
  basicLongSecret: `Basic ${base64(`user:${'p'.repeat(3000)}`)}`,
};

/** Headers that prove nothing and must cause no call to an issuer. `good` is a credential that the issuer knows. */
function oddFields({ oddHeader }: Case, good: string): Presented['fields'] {
  const token = good.slice('Bearer '.length);
  const values: Readonly<Partial<Record<Case['oddHeader'], string>>> = {
    ...BASIC,
    empty: '',
    spaces: '   ',
    bearerAlone: 'Bearer',
    bearerAndSpace: 'Bearer ',
    bearerTwoTokens: `${good} ${token}`,
    bearerQuoted: `Bearer "${token}"`,
    bearerControl: `Bearer ${token}\u0000x`,
    bearerNonAscii: `Bearer ${token}é`,
    bearerComma: `${good},${good}`,
    bearerEquals: 'Bearer ===',
    bearerPaddingInside: `Bearer =${token}`,
    bearerTab: `Bearer\t${token}`,
    bearerColon: `Bearer: ${token}`,
    tokenAlone: token,
    digest: 'Digest username="user", realm="api"',
    negotiate: 'Negotiate YIIJ',
    dpop: `DPoP ${token}`,
    longHeader: `Bearer ${'a'.repeat(8800)}`,
    longOpaque: `Bearer ${'a'.repeat(8193)}`,
  };
  switch (oddHeader) {
    case 'missing':
      return [];
    case 'twice':
      return [
        ['Authorization', good],
        ['Authorization', 'Bearer somethingElse0123'],
      ];
    case 'twiceSame':
      return [
        ['Authorization', good],
        ['Authorization', good],
      ];
    case 'twiceOtherCase':
      return [
        ['Authorization', good],
        ['authorization', 'Basic dXNlcjpwYXNzd29yZA=='],
      ];
    default:
      return [['Authorization', values[oddHeader] ?? '']];
  }
}

/** Where the caller sees the API. */
function urlOf(testCase: Case): string {
  const { api, publicUrl, basePath } = testCase;
  if (publicUrl) return api === 'websocket' ? PUBLIC_URL : `${PUBLIC_URL}${spelledPath(testCase)}`;
  if (api === 'websocket') return `https://${webSocket.requestContext.domainName}/prod`;
  const before = api === 'rest' && basePath !== '' ? basePath : '/prod';
  return `https://${rest.requestContext.domainName}${before}${spelledPath(testCase)}`;
}

/** The path as the caller writes it, without stage and base path. */
export function spelledPath(testCase: Case): string {
  const { segments } = calledIn(testCase);
  const encoded = segments.map(encodeURIComponent);
  const plain = `/${encoded.join('/')}`;
  return isBehindGreedy(testCase) && segments.length > 0 ? respelled(testCase.spelling, plain, encoded) : plain;
}

function respelled(spelling: Case['spelling'], plain: string, [first = '', ...others]: readonly string[]): string {
  const rest = others.map((segment) => `/${segment}`).join('');
  switch (spelling) {
    case 'trailingSlash':
      return `${plain}/`;
    case 'encodedLetter':
      return `/%${first.charCodeAt(0).toString(16)}${first.slice(1)}${rest}`;
    case 'twoTrailingSlashes':
      return `${plain}//`;
    case 'doubledSlash':
      return `/${first}/${rest || '/x'}`;
    case 'leadingSlashes':
      return `/${plain}`;
    case 'dot':
      return `/./${first}${rest}`;
    case 'dotDot':
      return `/public/..${plain}`;
    case 'encodedDotDot':
      return `/public/%2e%2E${plain}`;
    case 'encodedSlash':
      return `/${first}%2F${others.join('%2f') || 'x'}`;
    case 'encodedBackslash':
      return `/${first}%5C${others.join('%5c') || 'x'}`;
    case 'twiceEncoded':
      return `/%25${first.charCodeAt(0).toString(16)}${first.slice(1)}${rest}`;
    case 'semicolon':
      return `/${first};a=b${rest}`;
    case 'encodedNul':
      return `/${first}%00${rest}`;
    case 'encodedQuestionMark':
      return `/${first}%3Fx${rest}`;
    case 'encodedHash':
      return `/${first}%23x${rest}`;
    case 'star':
      return `/${first}*${rest}`;
    case 'brokenPercent':
      return `/${first}%zz${rest}`;
    case 'notUtf8':
      return `/${first}%ff${rest}`;
    default:
      return plain;
  }
}

function pathParameters(testCase: Case): Record<string, string> | null {
  const { resource, segments } = calledIn(testCase);
  const names = resource.split('/').filter(Boolean);
  const entries = names.flatMap((name, place): (readonly [string, string])[] => {
    if (isGreedyName(name))
      return [
        [
          name.slice(1, -2),
          testCase.proxyParameter === 'right' || testCase.api !== 'rest'
            ? greedyValue(testCase, place)
            : 'some/where/else',
        ],
      ];
    return isParameterName(name) ? [[name.slice(1, -1), segments[place] ?? '']] : [];
  });
  return entries.length > 0 ? Object.fromEntries(entries) : null;
}

/** As REST APIs send it: what the greedy parameter matched, decoded. */
function greedyValue(testCase: Case, place: number): string {
  const caught = spelledPath(testCase)
    .split('/')
    .slice(place + 1)
    .join('/');
  try {
    return decodeURIComponent(caught);
  } catch {
    return caught;
  }
}

export function eventOf(testCase: Case, { fields }: Pick<Presented, 'fields'>): AuthorizerEvent {
  if (testCase.api === 'http') return httpEvent(testCase, fields);
  return testCase.api === 'rest' ? restEvent(testCase, fields) : webSocketEvent(testCase, fields);
}

function headersOf(testCase: Case, fields: Presented['fields']) {
  const multiValueHeaders: Record<string, string[]> = { Accept: ['*/*'] };
  for (const [name, value] of fields) multiValueHeaders[name] = [...(multiValueHeaders[name] ?? []), value];
  const headers = { Accept: '*/*', ...Object.fromEntries(fields) };
  // Without the lists of values, a repeated header cannot be seen.
  const isPlain = testCase.headerStyle === 'plainHeadersOnly' && testCase.proof !== 'twice';
  const isPlainOnly = testCase.credential !== 'odd' && isPlain;
  return { headers, multiValueHeaders: isPlainOnly ? null : multiValueHeaders };
}

function restEvent(testCase: Case, fields: Presented['fields']): AuthorizerEvent {
  const { method, resource } = calledIn(testCase);
  const path = `${testCase.basePath}${spelledPath(testCase)}`;
  return {
    ...rest,
    ...headersOf(testCase, fields),
    type: 'REQUEST',
    methodArn: `${REST_ARN}/prod/${method}${spelledPath(testCase)}`,
    resource,
    path,
    httpMethod: method,
    pathParameters: pathParameters(testCase),
    requestContext: {
      ...rest.requestContext,
      resourcePath: resource,
      httpMethod: method,
      path: testCase.basePath === '' ? `/prod${path}` : path,
      identity: {
        ...rest.requestContext.identity,
        sourceIp: CALLER_IP,
        clientCert: (presentedCertificate(testCase) as never) ?? null,
      },
      authorizer: undefined,
    },
  };
}

const REST_ARN = 'arn:aws:execute-api:eu-central-1:123456789012:a1b2c3d4e5';
export const REST_METHOD_ARN = (method: string): string => `${REST_ARN}/prod/${method}/*`;
export const WEB_SOCKET_ARN = webSocket.methodArn;

function httpEvent(testCase: Case, fields: Presented['fields']): AuthorizerEvent {
  const { method, resource, map } = calledIn(testCase);
  const routeKey = httpRouteKey(method, resource, map);
  const headers: Record<string, string> = { accept: '*/*' };
  for (const [name, value] of fields) {
    const lower = name.toLowerCase();
    headers[lower] = headers[lower] === undefined ? value : `${headers[lower]},${value}`;
  }
  const rawPath = `/prod${spelledPath(testCase)}`;
  return {
    ...http,
    version: '2.0',
    type: 'REQUEST',
    routeArn: `${REST_ARN}/prod/${method}${spelledPath(testCase)}`,
    routeKey,
    rawPath,
    headers,
    pathParameters: pathParameters(testCase) ?? {},
    requestContext: {
      ...http.requestContext,
      routeKey,
      stage: 'prod',
      authentication: { clientCert: presentedCertificate(testCase) } as never,
      http: { ...http.requestContext.http, method, path: rawPath, sourceIp: CALLER_IP },
    },
  };
}

/** In an HTTP API, a backend is behind the default route. */
function httpRouteKey(method: string, resource: string, map: string): string {
  if (map === 'closed' || (resource === '/' && map !== 'resources')) return '$default';
  return isGreedyName(resource) ? `ANY ${resource}` : `${method} ${resource}`;
}

function webSocketEvent(testCase: Case, fields: Presented['fields']): AuthorizerEvent {
  const { headers, multiValueHeaders } = headersOf(testCase, fields);
  return {
    ...webSocket,
    headers,
    multiValueHeaders,
    requestContext: {
      ...webSocket.requestContext,
      eventType: 'CONNECT',
      identity: { sourceIp: CALLER_IP, clientCert: presentedCertificate(testCase) ?? null },
    },
  };
}
