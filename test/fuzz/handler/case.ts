/**
 * One case of the handler fuzz: a flat list of choices that describes the caller, the issuers and the configuration
 * completely. The first value of each choice is the ordinary one, and a wrong case shrinks towards it.
 */
import fc from 'fast-check';
import { CONFIRMATIONS, PROOFS } from './binding-case.ts';
import { CALLS } from './routes.ts';

const ALGORITHMS = ['ES256', 'EdDSA', 'RS256', 'RS384', 'RS512', 'ES384', 'ES512', 'PS256', 'PS384', 'PS512'] as const;

/** Flaws of a JWT. Each of them makes the token invalid. */
export const JWT_FLAWS = {
  /** The token cannot be parsed, or its header or claims rule it out. No key is needed to detect this. */
  withoutKey: [
    'algNone',
    'algNoneWithSignature',
    'algNoneOtherCase',
    'hs256WithPublicKey',
    'hs256WithPublishedSecret',
    'algMissing',
    'algArray',
    'kidMissing',
    'kidNumber',
    'typLogout',
    'typIdToken',
    'typDpop',
    'typNumber',
    'critUnknown',
    'critB64',
    'critEmpty',
    'headerNotJson',
    'headerArray',
    'headerMissing',
    'payloadNotJson',
    'payloadArray',
    'payloadMissing',
    'notBase64url',
    'paddedSignature',
    'emptySignature',
    'issWithoutSlash',
    'issOther',
    'issMissing',
    'issArray',
    'audOther',
    'audMissing',
    'audOtherArray',
    'audLonger',
    'audOtherCase',
    'audObject',
    'expired',
    'expMissing',
    'expText',
    'expNull',
    'nbfAhead',
    'nbfText',
    'subMissing',
    'subEmpty',
    'subNumber',
    'subControl',
    'subLong',
  ],
  /** Only the issuer's key can detect this. */
  withKey: [
    'otherIssuersKey',
    'truncatedSignature',
    'changedSignature',
    'changedPayload',
    'changedHeader',
    'kidUnknown',
    'kidOfOtherAlgorithm',
    'pssByKeyForPkcs1',
    'pssByKeyWithoutAlgorithm',
    'pssWithShortSalt',
    'weakKey',
    'encryptionKey',
    'embeddedKey',
    'keyUrl',
    'derSignature',
    'zeroSignature',
    'actText',
  ],
} as const;
export type JwtFlaw = 'none' | (typeof JWT_FLAWS.withoutKey)[number] | (typeof JWT_FLAWS.withKey)[number];

/** Ways in which a valid JWT may differ from the usual one. */
const JWT_STYLES = [
  'usual',
  'typAtJwt',
  'typApplication',
  'typLowerCase',
  'typAbsent',
  'audArray',
  'expJustOver',
  'nbfSoon',
  'keyWithoutAlgorithm',
  'clientIdInsteadOfAzp',
  'organization',
  'extraClaims',
  'actor',
] as const;

/** What an issuer responds when a token is introspected. */
const KNOWLEDGE = [
  'active',
  'inactive',
  'issWrong',
  'issMissing',
  'audWrong',
  'audMissing',
  'audArray',
  'expired',
  'expText',
  'nbfAhead',
  'typeRefresh',
  'typeId',
  'typeMissing',
  'typeNumber',
  'cnf',
  'subMissing',
  'subEmpty',
  'activeText',
  'activeNumber',
  'activeMissing',
] as const;

/** Failures of an endpoint or of the network in front of it. */
export const TROUBLES = {
  none: ['none'],
  /** Gone after the one retry that is allowed. */
  passing: ['connectionOnce', 'status502Once', 'status503Once', 'status504Once', 'status429Once'],
  lasting: [
    'connection',
    'timeout',
    'status429',
    'status429Long',
    'status500',
    'status500Html',
    'status502',
    'status503',
    'status504',
    'status404',
    'redirect',
    'garbage',
    'emptyBody',
    'array',
    'tooLarge',
    'notText',
  ],
  slow: ['slow', 'verySlow'],
} as const;
export type Trouble = (typeof TROUBLES)[keyof typeof TROUBLES][number];

/** Outcomes of a login. */
export const LOGINS = {
  right: ['right'],
  wrong: ['wrong'],
  /** The server refuses this user. */
  refused: [
    'mfa',
    'leaked',
    'tooManyAttempts',
    'blocked',
    'unverified',
    'deniedByAction',
    'deniedByActionAs500',
    'mfaRegistration',
    'passwordExpired',
  ],
  /** Our own client or settings are wrong. */
  misconfigured: ['invalidClient', 'accessDenied401', 'unauthorizedClient'],
  /** May be understood as a problem of the user or of our settings, but never as a correct password. */
  unclear: ['invalidScope', 'invalidRequest', 'serviceNotFound', 'noDefaultConnection500'],
  limited: ['rateLimited'],
} as const;
export type Login = (typeof LOGINS)[keyof typeof LOGINS][number];

export const ODD_HEADERS = [
  'missing',
  'empty',
  'spaces',
  'bearerAlone',
  'bearerAndSpace',
  'bearerTwoTokens',
  'bearerQuoted',
  'bearerControl',
  'bearerNonAscii',
  'bearerComma',
  'bearerEquals',
  'bearerPaddingInside',
  'bearerTab',
  'bearerColon',
  'tokenAlone',
  'digest',
  'negotiate',
  'dpop',
  'basicAlone',
  'basicNoColon',
  'basicNoUsername',
  'basicNoSecret',
  'basicUnpadded',
  'basicOverpadded',
  'basicTrailingBits',
  'basicUrlAlphabet',
  'basicSpaceInside',
  'basicNotUtf8',
  'basicControl',
  'basicNul',
  'basicTab',
  'basicLongUsername',
  'basicLongSecret',
  'longHeader',
  'longOpaque',
  'twice',
  'twiceOtherCase',
  'twiceSame',
] as const;

/** Valid ways to write the same header. */
const HEADER_STYLES = [
  'usual',
  'nameLower',
  'nameUpper',
  'nameMixed',
  'schemeLower',
  'schemeUpper',
  'severalSpaces',
  'outerSpaces',
  'plainHeadersOnly',
] as const;

export const SPELLINGS = {
  /** There is only one way to read this. */
  plain: ['plain', 'trailingSlash', 'encodedLetter'],
  /** Two servers may read this differently, so it must always be denied. */
  ambiguous: [
    'twoTrailingSlashes',
    'doubledSlash',
    'leadingSlashes',
    'dot',
    'dotDot',
    'encodedDotDot',
    'encodedSlash',
    'encodedBackslash',
    'twiceEncoded',
    'semicolon',
    'encodedNul',
    'encodedQuestionMark',
    'encodedHash',
    'star',
    'brokenPercent',
    'notUtf8',
  ],
} as const;

/** One field of a case. Each value is as frequent as it is often listed; the first value is the ordinary one. */
const oneOf = <const Value>(...values: readonly Value[]) => Object.assign(fc.constantFrom(...values), { values });

/** @param weight how many times as frequent as the other values the first one is */
const mostly = <const Value>(weight: number, usual: Value, ...others: readonly Value[]) =>
  oneOf<Value>(...Array.from({ length: weight }, () => usual), ...others);

const trouble = mostly<Trouble>(150, 'none', ...TROUBLES.passing, ...TROUBLES.lasting, ...TROUBLES.slow);
const knowledge = mostly(60, ...KNOWLEDGE, ...KNOWLEDGE, ...Array.from({ length: 20 }, () => 'inactive' as const));

const FIELDS = {
  api: mostly(1, 'rest', 'http', 'websocket'),
  call: oneOf(...CALLS.keys()),
  spelling: mostly(30, 'plain', ...SPELLINGS.plain, ...SPELLINGS.ambiguous),
  basePath: mostly(3, '', '/v1', '/team/v1', '/admin'),
  proxyParameter: mostly(12, 'right', 'wrong'),
  grants: mostly(3, 'everything', 'exactly', 'exactly', 'exactly', 'allButOne', 'nothing', 'lookalikes', 'onlyOthers'),
  credential: mostly(3, 'jwt', 'opaque', 'opaque', 'basic', 'basic', 'basic', 'odd'),
  /** Where a token is. In a subprotocol only at a WebSocket API. It makes no difference to the decision. */
  carrier: mostly(3, 'bearer', 'basicSecret', 'subprotocol'),
  oddHeader: oneOf(...ODD_HEADERS),
  headerStyle: mostly(6, ...HEADER_STYLES),
  identityHeaders: mostly(3, false, true),
  issuers: mostly(1, 'one', 'twoTenants', 'rfc7662', 'rfc7662WithSecret'),
  order: mostly(3, 'auto', 'password-first', 'introspect-first'),
  hasGrant: mostly(4, true, false),
  hasConnection: mostly(3, false, true),
  introspectJwts: mostly(3, false, true),
  permissionsAsScopes: mostly(2, false, true),
  hasContextClaims: mostly(2, false, true),
  organizations: mostly(12, 'any', 'listed', 'others'),
  grantedAs: mostly(4, 'scope', 'permissions', 'both'),
  logSubject: mostly(3, false, true),
  from: mostly(2, 0, 1),
  algorithm: oneOf(...ALGORITHMS),
  jwtFlaw: mostly<JwtFlaw>(65, 'none', ...JWT_FLAWS.withoutKey, ...JWT_FLAWS.withKey),
  jwtStyle: oneOf(...JWT_STYLES),
  tokenShape: mostly(
    2,
    'asp',
    'plain',
    'plain',
    'twoParts',
    'fourParts',
    'fivePartsWithoutEncryption',
    'encrypted',
    'fifteenLetters',
    'padded',
  ),
  tokenType: mostly(1, 'asp', 'access_token', 'bearer', 'ACCESS_TOKEN', 'DPoP'),
  /** How many identifiers of the API are accepted. */
  audiences: mostly(3, 'one', 'several'),
  /** Which of them the token is for. */
  tokenAudience: mostly(4, 'first', 'second', 'both', 'secondAndForeign'),
  /** Which of them every route requires. */
  routeAudience: mostly(5, 'any', 'first', 'second'),
  scheme: mostly(1, 'Bearer', 'DPoP'),
  dpop: mostly(3, 'off', 'accepted', 'accepted', 'required'),
  mtls: mostly(4, 'off', 'accepted', 'required'),
  cnf: mostly(
    9,
    ...CONFIRMATIONS.all,
    ...Array.from({ length: 6 }, () => 'key' as const),
    'certificate',
    'certificate',
  ),
  proof: mostly(60, ...PROOFS.all),
  proofAlgorithm: mostly(3, 'ES256', 'EdDSA', 'RS256', 'PS256', 'ES384', 'ES512'),
  proofTable: mostly(12, 'up', 'down'),
  /** The expiry of the presented secret in our own table; `down`: the table cannot be read. */
  expiry: mostly(6, 'notConfigured', 'none', 'ahead', 'past', 'past', 'down'),
  certificate: mostly(1, 'none', 'right', 'other', 'broken'),
  publicUrl: mostly(2, false, true),
  hasExp: mostly(1, false, true),
  knows0: knowledge,
  knows1: knowledge,
  applicationPasswordUsername: mostly(4, 'present', 'absent'),
  usernameGiven: mostly(
    6,
    'exact',
    'otherAsciiCase',
    'other',
    'kelvin',
    'sub',
    'subOtherCase',
    'trailingSpace',
    'email',
  ),
  secretShape: mostly(
    2,
    'asp',
    'password',
    'password',
    'withColon',
    'unicode',
    'fifteenLetters',
    'jwtLike',
    'seventeenLetters',
  ),
  login: mostly<Login>(
    10,
    'right',
    ...Array.from({ length: 5 }, () => 'wrong' as const),
    ...LOGINS.refused,
    ...LOGINS.misconfigured,
    ...LOGINS.unclear,
    ...LOGINS.limited,
  ),
  loginToken: mostly(
    4,
    'jwt',
    'opaque',
    'opaqueInactive',
    'jwtOtherAudience',
    'jwtForged',
    'jwtBound',
    'opaqueBound',
    'missing',
    'empty',
    'number',
  ),
  jwks0: trouble,
  jwks1: trouble,
  introspect0: trouble,
  introspect1: trouble,
  token: trouble,
  /** Which encodings of an introspection request the tenant accepts. */
  encoding: mostly(12, 'both', 'jsonOr400', 'jsonOr415', 'formOr400', 'formOr415'),
  keys: mostly(12, 'one', 'rotated', 'refused', 'unreadable', 'invalid', 'slow'),
  grantClient: mostly(16, 'readable', 'unreadable', 'invalid'),
  /** Whether the clients in secrets have keys instead of client secrets. */
  clientsHaveKeys: mostly(3, false, true),
  /** What other callers sent just before this case. */
  before: mostly(
    9,
    'nothing',
    'loginsDeniedAs500',
    'loginsBlocked',
    'loginsWrong',
    'loginsNoConnection500',
    'introspectionsRefused400',
    'introspectionsRefused500',
    'junkJwts',
    'junkOpaque',
  ),
} as const;

type ValueOf<A> = A extends fc.Arbitrary<infer Value> ? Value : never;
export type Case = { readonly [Name in keyof typeof FIELDS]: ValueOf<(typeof FIELDS)[Name]> };

export const cases: fc.Arbitrary<Case> = fc.record(FIELDS);

type Loose = Readonly<Record<string, unknown>>;

function isCase(value: Loose): value is Case & Loose {
  return Object.entries<{ readonly values: readonly unknown[] }>(FIELDS).every(([name, { values }]) =>
    values.includes(value[name]),
  );
}

/** Returns the ordinary case with some changes. */
export function caseWith(changes: Loose): Case {
  const usual = Object.entries<{ readonly values: readonly unknown[] }>(FIELDS).map(([name, { values }]) => [
    name,
    values[0],
  ]);
  const made: Loose = { ...Object.fromEntries(usual), ...changes };
  if (!isCase(made)) throw new TypeError(`Not a case: ${JSON.stringify(changes)}.`);
  return made;
}

/** Fields that matter to callers whose credential is introspected at the first issuer. */
const INTROSPECTION_FIELDS = ['knows0', 'introspect0', 'encoding', 'keys', 'tokenType', 'hasExp', 'expiry', 'before'];
const CALL_FIELDS = [
  'api',
  'call',
  'spelling',
  'basePath',
  'proxyParameter',
  'grants',
  'headerStyle',
  'identityHeaders',
  'logSubject',
];

const GREEDY_CALL = CALLS.findIndex(({ map, segments }) => map === 'backend' && segments.join('/') === 'admin/users');

const BINDING_FIELDS = ['cnf', 'dpop', 'mtls', 'certificate', 'scheme', 'api', 'tokenType', 'knows0'];

/** Callers whose token is bound to a key, or to a certificate. */
function boundCallers(credential: Case['credential']): readonly (readonly [start: Loose, fields: readonly string[]])[] {
  const caller = { credential, tokenShape: 'plain', tokenType: 'access_token' };
  const withKey = { ...caller, dpop: 'accepted', scheme: 'DPoP', cnf: 'key' };
  const withCertificate = { ...caller, mtls: 'accepted', certificate: 'right', cnf: 'certificate' };
  return [
    [withKey, [...BINDING_FIELDS, 'proof', 'proofAlgorithm', 'proofTable', 'headerStyle', 'publicUrl', 'basePath']],
    [{ ...withKey, publicUrl: true }, ['proof', 'api', 'basePath']],
    [{ ...withKey, api: 'http' }, ['proof', 'publicUrl']],
    [withCertificate, [...BINDING_FIELDS, 'proof']],
  ];
}

const AUDIENCE_FIELDS = ['audiences', 'tokenAudience', 'routeAudience', 'api', 'issuers', 'introspectJwts'];

/** Callers of an API with several identifiers. */
function callersOfSeveral(
  credential: Case['credential'],
): readonly (readonly [start: Loose, fields: readonly string[]])[] {
  const caller = { credential, tokenShape: 'plain', audiences: 'several' };
  const fields = [...AUDIENCE_FIELDS, 'knows0', 'introspect0', 'encoding', 'keys', 'secretShape', 'order', 'call'];
  return [
    [{ ...caller, tokenAudience: 'second' }, fields],
    [{ ...caller, tokenAudience: 'both', routeAudience: 'second' }, fields],
    [{ ...caller, tokenAudience: 'second', introspectJwts: true }, ['knows0', 'introspect0', 'routeAudience']],
  ];
}

/** Some valid callers, each with the fields that matter to it. */
const STARTING_POINTS: readonly (readonly [start: Loose, fields: readonly string[]])[] = [
  [
    { credential: 'jwt' },
    [
      ...CALL_FIELDS,
      'carrier',
      'jwtFlaw',
      'jwtStyle',
      'algorithm',
      'jwks0',
      'permissionsAsScopes',
      'grantedAs',
      'issuers',
      'before',
    ],
  ],
  [{ credential: 'jwt', call: GREEDY_CALL, grants: 'exactly' }, CALL_FIELDS],
  [{ credential: 'jwt', call: GREEDY_CALL, grants: 'exactly', api: 'http' }, ['spelling', 'call']],
  [{ credential: 'jwt', issuers: 'twoTenants', from: 1 }, ['jwtFlaw', 'jwks1', 'jwks0']],
  [{ credential: 'jwt', hasContextClaims: true }, ['jwtStyle']],
  [{ credential: 'jwt', jwtStyle: 'organization' }, ['organizations']],
  [{ credential: 'jwt', organizations: 'listed' }, ['jwtStyle']],
  [{ credential: 'jwt', introspectJwts: true }, ['knows0', 'introspect0', 'jwtFlaw']],
  [
    { credential: 'opaque', tokenShape: 'plain', tokenType: 'access_token' },
    [
      ...INTROSPECTION_FIELDS,
      'carrier',
      'tokenShape',
      'applicationPasswordUsername',
      'hasContextClaims',
      'organizations',
    ],
  ],
  [{ credential: 'jwt', carrier: 'basicSecret' }, ['headerStyle', 'jwtFlaw', 'order', 'issuers']],
  [{ credential: 'jwt', carrier: 'subprotocol', api: 'websocket' }, ['headerStyle', 'jwtFlaw', 'grants']],
  [{ credential: 'opaque', carrier: 'basicSecret' }, ['headerStyle', 'tokenShape', 'order', 'knows0', 'introspect0']],
  [{ credential: 'opaque', carrier: 'subprotocol', api: 'websocket' }, ['headerStyle', 'tokenShape', 'knows0']],
  [
    { credential: 'opaque', tokenShape: 'plain', issuers: 'twoTenants', knows0: 'inactive' },
    ['knows0', 'knows1', 'introspect0', 'introspect1', 'tokenShape'],
  ],
  [
    { credential: 'opaque', tokenShape: 'plain', issuers: 'rfc7662WithSecret', knows0: 'inactive' },
    ['knows1', 'issuers', 'keys', 'clientsHaveKeys'],
  ],
  [
    { credential: 'basic', secretShape: 'asp' },
    [...INTROSPECTION_FIELDS, 'usernameGiven', 'applicationPasswordUsername', 'order', 'hasGrant', 'issuers'],
  ],
  [{ credential: 'basic', secretShape: 'asp', applicationPasswordUsername: 'absent' }, ['usernameGiven']],
  [
    { credential: 'basic', secretShape: 'password' },
    [
      'login',
      'loginToken',
      'token',
      'jwks0',
      'grantClient',
      'clientsHaveKeys',
      'secretShape',
      'hasConnection',
      'usernameGiven',
      'before',
      'order',
      'hasContextClaims',
      'organizations',
    ],
  ],
  [{ credential: 'basic', secretShape: 'password', organizations: 'listed' }, ['order', 'knows0', 'introspect0']],
  [
    { credential: 'basic', secretShape: 'password', order: 'introspect-first', knows0: 'inactive' },
    ['login', 'token', 'knows0'],
  ],
  [
    { credential: 'basic', secretShape: 'password', login: 'wrong' },
    ['knows0', 'introspect0', 'usernameGiven', 'tokenType'],
  ],
  ...(['jwt', 'opaque', 'basic'] as const).flatMap(callersOfSeveral),
  [{ credential: 'odd' }, ['oddHeader', 'dpop', 'mtls']],
  ...(['jwt', 'opaque'] as const).flatMap(boundCallers),
  [{ credential: 'basic', secretShape: 'password' }, ['dpop', 'mtls']],
  [{ credential: 'jwt', introspectJwts: true, dpop: 'accepted', scheme: 'DPoP', cnf: 'key' }, ['knows0', 'tokenType']],
];

/**
 * Each starting point with each value of each of its fields, one at a time, so that none of these depends on chance.
 */
export function oneChangeEach(): readonly Case[] {
  const fields: Readonly<Record<string, { readonly values: readonly unknown[] }>> = FIELDS;
  const all = STARTING_POINTS.flatMap(([start, names]) =>
    names.flatMap((name) => (fields[name]?.values ?? []).map((value) => caseWith({ ...start, [name]: value }))),
  );
  return [...new Map(all.map((testCase) => [JSON.stringify(testCase), testCase])).values()];
}
