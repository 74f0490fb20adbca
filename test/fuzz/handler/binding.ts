/**
 * Makes what binds a token to its holder in a case: the claim `cnf`, the DPoP proof that the caller sends, and the client certificate
 * of the connection.
 */
import { createHash, type KeyObject, randomUUID } from 'node:crypto';
import { certificates } from '../../support/http/certificates.ts';
import { base64url, keyPair, kindFor, signHmac, signJws } from '../keys.ts';
import type { CONFIRMATIONS, PROOFS } from './binding-case.ts';
import type { Case } from './case.ts';
import { calledIn, START_SECONDS } from './world.ts';

const CERTIFICATES = await certificates();
const HOLDER = 'holder';
const THIEF = 'thief';

/** The thumbprint of a public key (RFC 7638): its required members in this order. */
function thumbprint(key: KeyObject): string {
  const { crv, e, kty, n, x, y } = key.export({ format: 'jwk' });
  const members = kty === 'RSA' ? { e, kty, n } : kty === 'OKP' ? { crv, kty, x } : { crv, kty, x, y };
  return createHash('sha256').update(JSON.stringify(members)).digest('base64url');
}

const keyOf = (owner: string, algorithm: string) => keyPair(owner, kindFor(algorithm));

/** The claim of the token; `undefined` for a token without it. */
export function confirmationClaim({ cnf, proofAlgorithm }: Case): unknown {
  const jkt = thumbprint(keyOf(HOLDER, proofAlgorithm).publicKey);
  const x5t = CERTIFICATES.client.thumbprint;
  const claims: Readonly<Record<(typeof CONFIRMATIONS.all)[number], unknown>> = {
    none: undefined,
    null: null,
    key: { jkt },
    otherKey: { jkt: thumbprint(keyOf(THIEF, proofAlgorithm).publicKey) },
    certificate: { 'x5t#S256': x5t },
    otherCertificate: { 'x5t#S256': CERTIFICATES.otherClient.thumbprint },
    both: { jkt, 'x5t#S256': x5t },
    empty: {},
    text: jkt,
    number: { jkt: 1 },
    short: { jkt: jkt.slice(0, -1) },
    unknownMember: { jkt, kid: 'a' },
    unknownOnly: { jwk: { kty: 'EC' } },
  };
  return claims[cnf];
}

/** The client certificate as events describe it. */
export function presentedCertificate({ certificate }: Case): { readonly clientCertPem: string } | undefined {
  switch (certificate) {
    case 'none':
      return undefined;
    case 'right':
      return { clientCertPem: CERTIFICATES.client.cert };
    case 'other':
      return { clientCertPem: CERTIFICATES.otherClient.cert };
    default:
      return { clientCertPem: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n' };
  }
}

/**
 * The values of the caller's `DPoP` headers.
 *
 * @param url where the caller sees the API
 */
export function proofsFor(testCase: Case, token: string, url: string): readonly string[] {
  const { proof } = testCase;
  const write = () => written(usual(testCase, token, url));
  if (proof === 'missing') return [];
  if (proof === 'twice') return [write(), write()];
  if (proof === 'joined') return [`${write()}, ${write()}`];
  return [CHANGES[proof](usual(testCase, token, url))];
}

interface Draft {
  readonly algorithm: string;
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
  readonly sign: (input: string) => string;
}

function usual(testCase: Case, token: string, htu: string): Draft {
  const { proofAlgorithm: algorithm } = testCase;
  const { publicKey, privateKey } = keyOf(HOLDER, algorithm);
  const htm = testCase.api === 'websocket' ? 'GET' : calledIn(testCase).method;
  const ath = createHash('sha256').update(token).digest('base64url');
  return {
    algorithm,
    header: { alg: algorithm, typ: 'dpop+jwt', jwk: publicKey.export({ format: 'jwk' }) },
    claims: { jti: randomUUID(), htm, htu, iat: START_SECONDS, ath },
    sign: (input) => signJws(algorithm, input, privateKey),
  };
}

function written({ header, claims, sign }: Draft): string {
  const input = `${base64url(header)}.${base64url(claims)}`;
  return `${input}.${sign(input)}`;
}

type Change = (draft: Draft) => string;

const claims =
  (members: Readonly<Record<string, unknown>>): Change =>
  (draft) =>
    written({ ...draft, claims: { ...draft.claims, ...members } });

const header =
  (members: Readonly<Record<string, unknown>>): Change =>
  (draft) =>
    written({ ...draft, header: { ...draft.header, ...members } });

/** Changes the end of a good proof. */
const ending =
  (change: (text: string) => string): Change =>
  (draft) =>
    change(written(draft));

const htu =
  (change: (htu: string, host: string) => string): Change =>
  (draft) => {
    const text = String(draft.claims.htu);
    return claims({ htu: change(text, new URL(text).host) })(draft);
  };

const CHANGES: Readonly<Record<Exclude<(typeof PROOFS.all)[number], 'missing' | 'twice' | 'joined'>, Change>> = {
  good: written,
  replayed: written,
  fresh: claims({ iat: START_SECONDS - 3 }),
  slightlyAhead: claims({ iat: START_SECONDS + 3 }),
  nonce: claims({ nonce: 'of another server' }),
  htuQuery: htu((text) => `${text}?a=b`),
  htuFragment: htu((text) => `${text}#a`),
  htuUpperHost: htu((text, host) => text.replace(host, host.toUpperCase())),
  htuPort: htu((text, host) => text.replace(host, `${host}:443`)),
  otherKey: (draft) => {
    const { publicKey, privateKey } = keyOf(THIEF, draft.algorithm);
    const theirs = { ...draft.header, jwk: publicKey.export({ format: 'jwk' }) };
    return written({ ...draft, header: theirs, sign: (input) => signJws(draft.algorithm, input, privateKey) });
  },
  empty: () => '',
  garbage: () => 'garbage',
  twoParts: ending((text) => text.split('.').slice(0, 2).join('.')),
  emptySignature: ending((text) => `${text.split('.').slice(0, 2).join('.')}.`),
  truncated: ending((text) => text.slice(0, -8)),
  padded: ending((text) => `${text}==`),
  otherSigner: (draft) =>
    written({ ...draft, sign: (input) => signJws(draft.algorithm, input, keyOf(THIEF, draft.algorithm).privateKey) }),
  changedClaims: (draft) => {
    const [first = '', , third = ''] = written(draft).split('.');
    return [first, base64url({ ...draft.claims, x: 1 }), third].join('.');
  },
  algNone: header({ alg: 'none' }),
  algOther: header({ alg: 'ES256K' }),
  algMissing: header({ alg: undefined }),
  algHs256: (draft) => {
    const jwk = { kty: 'oct', k: Buffer.from('a published secret of 32 letters').toString('base64url') };
    const sign = (input: string) => signHmac(input, 'a published secret of 32 letters');
    return written({ ...draft, header: { ...draft.header, alg: 'HS256', jwk }, sign });
  },
  typJwt: header({ typ: 'JWT' }),
  typMissing: header({ typ: undefined }),
  critical: header({ crit: ['x'], x: 1 }),
  jwkMissing: header({ jwk: undefined }),
  jwkText: header({ jwk: 'key' }),
  jwkEmpty: header({ jwk: {} }),
  jwkPrivate: (draft) => header({ jwk: keyOf(HOLDER, draft.algorithm).privateKey.export({ format: 'jwk' }) })(draft),
  jwkWeak: (draft) => {
    const { publicKey, privateKey } = keyPair(HOLDER, 'weakRsa');
    const weak = { ...draft.header, alg: 'RS256', jwk: publicKey.export({ format: 'jwk' }) };
    return written({ ...draft, header: weak, sign: (input) => signJws('RS256', input, privateKey) });
  },
  claimsArray: (draft) => {
    const input = `${base64url(draft.header)}.${base64url('[]')}`;
    return `${input}.${draft.sign(input)}`;
  },
  jtiMissing: claims({ jti: undefined }),
  jtiEmpty: claims({ jti: '' }),
  jtiNumber: claims({ jti: 1 }),
  jtiLong: claims({ jti: 'j'.repeat(2000) }),
  iatMissing: claims({ iat: undefined }),
  iatText: claims({ iat: String(START_SECONDS) }),
  iatNull: claims({ iat: null }),
  expired: claims({ iat: START_SECONDS - 600 }),
  ahead: claims({ iat: START_SECONDS + 600 }),
  htmOther: claims({ htm: 'PURGE' }),
  htmLower: (draft) => claims({ htm: String(draft.claims.htm).toLowerCase() })(draft),
  htmMissing: claims({ htm: undefined }),
  htuPath: htu((text) => `${text}x`),
  htuHost: htu((text, host) => text.replace(host, `${host}.evil.example`)),
  htuUser: htu((text, host) => text.replace(host, `${host}@evil.example`)),
  htuHttp: htu((text) => text.replace('https:', 'http:')),
  htuOtherPort: htu((text, host) => text.replace(host, `${host}:8443`)),
  htuMissing: claims({ htu: undefined }),
  htuPathOnly: htu((text) => new URL(text).pathname),
  athOther: claims({ ath: createHash('sha256').update('another token').digest('base64url') }),
  athMissing: claims({ ath: undefined }),
  athPlain: (draft) => claims({ ath: Buffer.from(String(draft.claims.ath), 'base64url').toString('hex') })(draft),
};
