/** Makes one random request to the backend proxy, and the request that the backend must receive. */
import type { APIGatewayProxyEvent } from 'aws-lambda';

/** How the backend responds: the framing of its response, or a failure. */
export const BEHAVIORS = [
  'length',
  'chunked',
  'until-close',
  'no-content',
  'not-modified',
  'early-hints',
  'piecemeal',
  'close-after',
  'dies-silently',
  'dies-on-reuse',
  'dies-in-body',
  'two-responses',
  'switches-protocol',
  'not-http',
] as const;
export type Behavior = (typeof BEHAVIORS)[number];

export interface ProxyCase {
  readonly event: APIGatewayProxyEvent;
  readonly behavior: Behavior;
  /** The request that the backend must receive; `undefined` if the proxy must refuse the path. */
  readonly expected: ExpectedRequest | undefined;
}

export interface ExpectedRequest {
  readonly method: string;
  readonly target: string;
  readonly body: Buffer;
  /** By lower-case name: the caller's headers that must reach the backend. */
  readonly kept: Readonly<Record<string, readonly string[]>>;
}

/** Pseudorandom numbers from a seed (Marsaglia's xorshift, 32 bits). */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = (Math.imul(seed, 2_654_435_761) ^ 0x9e3779b9) >>> 0 || 1;
  }

  below(limit: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) % limit;
  }

  chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  pick<Value>(values: readonly [Value, ...Value[]] | readonly Value[]): Value {
    const value = values[this.below(values.length)];
    if (value === undefined) throw new Error('Nothing to pick from.');
    return value;
  }

  list<Value>(maximum: number, make: () => Value): Value[] {
    return Array.from({ length: this.below(maximum + 1) }, make);
  }
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
const BASE_PATHS = ['', '', '', '/v1', '/shop/v1', '/orders', '/prod'] as const;
/** A segment as written, its decoded form, and the form in which the backend must get it. */
const SEGMENTS = [
  ['orders', 'orders', 'orders'],
  ['v1', 'v1', 'v1'],
  ['admin', 'admin', 'admin'],
  ['%61dmin', 'admin', '%61dmin'],
  ['a%20b', 'a b', 'a%20b'],
  ['zo%C3%AB', 'zoë', 'zo%C3%AB'],
  ['x:1;v=2,3', 'x:1;v=2,3', 'x:1;v=2,3'],
  ['...', '...', '...'],
  ['a b', 'a b', 'a%20b'],
  ['zoë', 'zoë', 'zo%C3%AB'],
  ['q?r', 'q?r', 'q%3Fr'],
  ['h#i', 'h#i', 'h%23i'],
] as const;
/** Two servers may read these differently. */
const BAD_SEGMENTS = [
  '..',
  '.',
  '%2e%2e',
  'a%2Fb',
  'a%5Cb',
  'a\\b',
  'a%252fb',
  'a%00',
  'a%0d%0aX',
  '%zz',
  '%ff',
  '',
] as const;
const SEPARATORS = ['-', '_', '.', '~', '!', '#', '$', '%', '&', "'", '*', '+', '^', '`', '|'] as const;
/** Headers that would tell a backend who the caller is, who we are, where the request goes or where it ends. */
const FORGED = [
  'x-auth-sub',
  'x-auth-username',
  'x-auth-scope',
  'x-auth-role',
  'x-gateway-secret',
  'authorization',
  'proxy-authorization',
  'content-length',
  'transfer-encoding',
  'connection',
  'expect',
  'host',
  'te',
  'trailer',
  'upgrade',
  'keep-alive',
  'x-http-method-override',
  'x-method-override',
  'x-original-url',
  'x-original-uri',
  'x-rewrite-url',
  'x-override-url',
  'x-envoy-original-path',
  'x-forwarded-path',
  'x-forwarded-host',
  'x-forwarded-prefix',
  'x-forwarded-user',
  'script-name',
  'path-info',
  'remote-user',
  'forwarded',
] as const;
const FORGED_VALUES = [
  'forged',
  '0',
  '7',
  '99999',
  'chunked',
  '100-continue',
  'close, x-mine',
  'x-gateway-secret',
  '/admin',
];
const HARMLESS = [
  'accept',
  'x-mine',
  'content-type',
  'x-many',
  'x-auth',
  'xauthsub',
  'x-original',
  'x~odd~name',
] as const;
const VALUES = ['1', 'a=b; c=d', '', 'text/plain', 'caf\u00e9', 'a, b'];
/** Invalid as header names or values. */
const BAD_NAMES = ['na me', 'na\nme', 'na\r\nX-Auth-Sub', 'naïve', '', 'name:'];
const BAD_VALUES = ['a\r\nX-Auth-Sub: forged', 'a\nb', '\u0000', 'ł'];

const SMUGGLED = 'DELETE /smuggled HTTP/1.1\r\nHost: backend\r\nX-Rest: ';
const BODIES = [
  SMUGGLED,
  `0\r\n\r\n${SMUGGLED}`,
  `5\r\nhello\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: b\r\n\r\n`,
  'GET /smuggled HTTP/1.1\r\nHost: b\r\n\r\n',
  '{"plain":true}',
  'zoë',
  '\r\n\r\n',
];

export const PRINCIPAL = {
  sub: 'auth0|1234',
  username: 'zoë@example.com',
  scope: 'read:foo',
  token_type: 'access_token',
  client_id: '',
  org_id: '',
  iss: 'https://tenant.auth0.com/',
  exp: '1490234011',
};

export function makeCase(dice: Dice): ProxyCase {
  const method = dice.pick(METHODS);
  const path = makePath(dice);
  const body = makeBody(dice);
  const headers = makeHeaders(dice);
  const event = {
    resource: '/{proxy+}',
    path: path.path,
    pathParameters: { proxy: path.proxy },
    httpMethod: method,
    headers: null,
    multiValueHeaders: headers.sent,
    queryStringParameters: null,
    multiValueQueryStringParameters: dice.chance(30) ? { q: ['a b', '&'] } : null,
    body: body.text,
    isBase64Encoded: body.isBase64Encoded,
    requestContext: { authorizer: PRINCIPAL, domainName: 'api.example.com' },
  };
  const query = event.multiValueQueryStringParameters ? '?q=a%20b&q=%26' : '';
  return {
    // A real event has more members than the proxy uses.
    event: event as unknown as APIGatewayProxyEvent,
    behavior: dice.chance(60) ? 'length' : dice.pick(BEHAVIORS),
    expected:
      path.target === undefined
        ? undefined
        : { method, target: `/base${path.target}${query}`, body: body.bytes, kept: headers.kept },
  };
}

function makePath(dice: Dice): { path: string; proxy: string; target: string | undefined } {
  const segments = [dice.pick(SEGMENTS), ...dice.list(3, () => dice.pick(SEGMENTS))];
  const isBad = dice.chance(8);
  const bad = dice.pick(BAD_SEGMENTS);
  const at = dice.below(segments.length);
  const written = segments.map(([text], index) => (isBad && index === at ? `${bad}/${text}` : text)).join('/');
  // API Gateway passes parameters as written or decoded.
  const isDecoded = dice.chance(50) && !isBad;
  const proxy = isDecoded ? segments.map(([, text]) => text).join('/') : written;
  const finalSlash = dice.chance(10) ? '/' : '';
  const isOther = dice.chance(3);
  const base = dice.pick(BASE_PATHS);
  return {
    path: `${base}/${written}${finalSlash}`,
    proxy: isOther ? `${proxy}-other` : proxy,
    target: isBad || isOther ? undefined : `/${segments.map(([, , text]) => text).join('/')}${finalSlash}`,
  };
}

function makeBody(dice: Dice): { text: string | null; isBase64Encoded: boolean; bytes: Buffer } {
  if (dice.chance(25)) return { text: dice.pick([null, '']), isBase64Encoded: dice.chance(50), bytes: Buffer.alloc(0) };
  if (dice.chance(60)) {
    const text = dice.pick(BODIES);
    return { text, isBase64Encoded: false, bytes: Buffer.from(text) };
  }
  const length = dice.chance(5) ? 100_000 : 1 + dice.below(300);
  const bytes = dice.chance(30) ? Buffer.from(SMUGGLED) : Buffer.from(Array.from({ length }, () => dice.below(256)));
  return { text: bytes.toString('base64'), isBase64Encoded: true, bytes };
}

/**
 * @returns `kept`: the headers that must arrive. It is empty if a `Connection` field was sent, since that may name
 * them.
 */
function makeHeaders(dice: Dice): { sent: Record<string, string[]>; kept: Record<string, readonly string[]> } {
  const sent: Record<string, string[]> = {};
  const kept: Record<string, readonly string[]> = {};
  for (const name of dice.list(4, () => dice.pick(HARMLESS))) {
    const values = [dice.pick(VALUES), ...dice.list(1, () => dice.pick(VALUES))];
    sent[name] = values;
    kept[name] = values;
  }
  let isConnectionForged = false;
  for (const name of dice.list(4, () => dice.pick(FORGED))) {
    isConnectionForged ||= name === 'connection';
    sent[spellOtherwise(dice, name)] = [dice.pick(FORGED_VALUES)];
  }
  if (dice.chance(10)) sent[dice.pick(BAD_NAMES)] = ['forged'];
  if (dice.chance(10)) sent['x-bad'] = [dice.pick(BAD_VALUES)];
  return { sent, kept: isConnectionForged ? {} : kept };
}

/** Spells a name in another way that a server may treat as the same name. */
function spellOtherwise(dice: Dice, name: string): string {
  const spelled = [...name].map((character) =>
    character === '-' && dice.chance(60) ? dice.pick(SEPARATORS) : character,
  );
  return spelled.map((character) => (dice.chance(30) ? character.toUpperCase() : character)).join('');
}
