/** How a token may be bound to its holder, and what the holder, or a thief, may show. */

export const CONFIRMATIONS = {
  /** Nobody here can check it. */
  unusable: ['empty', 'text', 'number', 'short', 'unknownMember', 'unknownOnly'],
  all: [
    'none',
    'null',
    'key',
    'otherKey',
    'certificate',
    'otherCertificate',
    'both',
    'empty',
    'text',
    'number',
    'short',
    'unknownMember',
    'unknownOnly',
  ],
} as const;

const MALFORMED = [
  'empty',
  'garbage',
  'twoParts',
  'emptySignature',
  'truncated',
  'padded',
  'otherSigner',
  'changedClaims',
  'algNone',
  'algOther',
  'algMissing',
  'algHs256',
  'typJwt',
  'typMissing',
  'critical',
  'jwkMissing',
  'jwkText',
  'jwkEmpty',
  'jwkPrivate',
  'jwkWeak',
  'claimsArray',
  'jtiMissing',
  'jtiEmpty',
  'jtiNumber',
  'jtiLong',
  'iatMissing',
  'iatText',
  'iatNull',
] as const;
const MISMATCHED = [
  'htmOther',
  'htmLower',
  'htmMissing',
  'htuPath',
  'htuHost',
  'htuUser',
  'htuHttp',
  'htuOtherPort',
  'htuMissing',
  'htuPathOnly',
  'athOther',
  'athMissing',
  'athPlain',
] as const;
const GOOD = ['good', 'fresh', 'slightlyAhead', 'nonce', 'htuQuery', 'htuFragment', 'htuUpperHost', 'htuPort'] as const;
const EXPIRED = ['expired', 'ahead'] as const;
const MISSING = ['missing', 'twice', 'joined'] as const;

/** The proofs that a caller may send, by what a verifier must think of them. */
export const PROOFS = {
  good: GOOD,
  /** Only the token shows that this is the wrong key. */
  otherKey: ['otherKey'],
  /** Only the table shows that it was used before. */
  replayed: ['replayed'],
  missing: MISSING,
  malformed: MALFORMED,
  mismatched: MISMATCHED,
  expired: EXPIRED,
  all: [...GOOD, 'otherKey', 'replayed', ...MISSING, ...MALFORMED, ...MISMATCHED, ...EXPIRED],
} as const;
