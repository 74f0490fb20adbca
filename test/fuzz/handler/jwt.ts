/** Makes the JWTs of the handler fuzz: valid ones in several styles, and invalid ones with exactly one flaw. */
import type { KeyObject } from 'node:crypto';
import { base64url, keyPair, kindFor, signHmac, signJws, signPss } from '../keys.ts';
import { confirmationClaim } from './binding.ts';
import type { Case, JwtFlaw } from './case.ts';
import { ACTOR, ORGANIZATION, WITH_ROLES } from './received.ts';
import {
  AUDIENCE,
  audiencesOfToken,
  FIRST,
  grantedScopes,
  issuersOf,
  oneOrMore,
  originOf,
  START_SECONDS,
  SUBJECT,
} from './world.ts';

/** The "secret" of the symmetric key that every JWKS of the fuzz contains. */
export const PUBLISHED_SECRET = Buffer.from('published-symmetric-key-0123456789').toString('base64url');

/** Both issuers use the same key names, to show that a token is never verified with the other issuer's key. */
export const ownerOf = (index: number): string => `issuer-${index}`;

type Json = Record<string, unknown>;

/** A token under construction. */
interface Draft {
  header: Json;
  claims: Json;
  algorithm: string;
  key: KeyObject;
}

/** The `exp` of the usual token. */
export const USUAL_EXP = START_SECONDS + 3600;

/** The token that the caller of the case sends. */
export function presentedJwt(testCase: Case): string {
  const origin = originOf(testCase);
  const draft = styled(testCase, usual(testCase, origin, testCase.algorithm));
  return testCase.jwtFlaw === 'none' ? written(draft) : flawed(testCase.jwtFlaw, draft, origin);
}

/** The access token that the first issuer returns for a login. */
export function loginJwt(testCase: Case, kind: 'good' | 'otherAudience' | 'forged' | 'bound'): string {
  const draft = usual({ ...testCase, tokenAudience: 'first', cnf: kind === 'bound' ? 'key' : 'none' }, 0, 'ES256');
  draft.claims.jti = 'of-a-login';
  if (kind === 'otherAudience') draft.claims.aud = 'https://other.api';
  if (kind === 'forged') draft.key = keyPair(ownerOf(1), 'P-256').privateKey;
  return written(draft);
}

function usual(testCase: Case, origin: number, algorithm: string): Draft {
  const scope = grantedScopes(testCase).join(' ');
  const issuer = issuersOf(testCase)[origin]?.issuer ?? FIRST.issuer;
  return {
    header: { alg: algorithm, kid: algorithm, typ: 'JWT' },
    claims: {
      iss: issuer,
      sub: SUBJECT,
      aud: oneOrMore(audiencesOfToken(testCase)),
      iat: START_SECONDS - 10,
      exp: USUAL_EXP,
      azp: 'client-1',
      cnf: confirmationClaim(testCase),
      ...(testCase.grantedAs === 'permissions' ? {} : { scope }),
      ...(testCase.grantedAs === 'scope' ? {} : { permissions: grantedScopes(testCase) }),
    },
    algorithm,
    key: keyPair(ownerOf(origin), kindFor(algorithm)).privateKey,
  };
}

function styled({ jwtStyle }: Case, draft: Draft): Draft {
  const { header, claims } = draft;
  switch (jwtStyle) {
    case 'typAtJwt':
      header.typ = 'at+jwt';
      break;
    case 'typApplication':
      header.typ = 'application/AT+JWT';
      break;
    case 'typLowerCase':
      header.typ = 'jwt';
      break;
    case 'typAbsent':
      delete header.typ;
      break;
    case 'audArray':
      claims.aud = ['https://userinfo.example/', ...[claims.aud].flat()];
      break;
    case 'expJustOver':
      claims.exp = START_SECONDS - 2;
      break;
    case 'nbfSoon':
      claims.nbf = START_SECONDS + 3;
      break;
    case 'keyWithoutAlgorithm':
      if (draft.algorithm.startsWith('RS')) header.kid = 'anyRsa';
      break;
    case 'clientIdInsteadOfAzp':
      delete claims.azp;
      claims.client_id = 'client-2';
      break;
    case 'organization':
      claims.org_id = ORGANIZATION;
      break;
    case 'extraClaims':
      Object.assign(claims, { ...WITH_ROLES, permissions_: null, jti: 'x', gty: 'password' });
      break;
    case 'actor':
      claims.act = ACTOR;
      break;
  }
  return draft;
}

const written = ({ header, claims, algorithm, key }: Draft): string => {
  const input = `${base64url(header)}.${base64url(claims)}`;
  return `${input}.${signJws(algorithm, input, key)}`;
};

type Change = (draft: Draft, origin: number) => string;

/** Changes members of the header, then signs. */
const header =
  (members: Json): Change =>
  (draft) => {
    Object.assign(draft.header, members);
    return written(draft);
  };

const claims =
  (members: Json): Change =>
  (draft) => {
    Object.assign(draft.claims, members);
    return written(draft);
  };

/** Changes the parts of a valid token. */
const parts =
  (change: (header: string, payload: string, signature: string) => readonly string[]): Change =>
  (draft) => {
    const [first = '', second = '', third = ''] = written(draft).split('.');
    return change(first, second, third).join('.');
  };

const unsigned =
  (alg: unknown, signature: string): Change =>
  (draft) =>
    `${base64url({ ...draft.header, alg })}.${base64url(draft.claims)}.${signature}`;

const signedWith =
  (members: Json, sign: (input: string, draft: Draft, origin: number) => string): Change =>
  (draft, origin) => {
    const input = `${base64url({ ...draft.header, ...members })}.${base64url(draft.claims)}`;
    return `${input}.${sign(input, draft, origin)}`;
  };

const pemOf = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' }).toString();
const attacker = () => keyPair('attacker', 'P-256');

/** A key that is not published for PSS must not verify it. */
const pssBy = (kid: string): Change =>
  signedWith({ alg: 'PS256', kid }, (input, _, origin) =>
    signJws('PS256', input, keyPair(ownerOf(origin), 'rsa').privateKey),
  );

const CHANGES: Readonly<Record<Exclude<JwtFlaw, 'none'>, Change>> = {
  algNone: unsigned('none', ''),
  algNoneWithSignature: unsigned('none', 'c2lnbmF0dXJl'),
  algNoneOtherCase: unsigned('nOnE', 'c2lnbmF0dXJl'),
  hs256WithPublicKey: signedWith({ alg: 'HS256', kid: 'RS256' }, (input, _, origin) =>
    signHmac(input, pemOf(keyPair(ownerOf(origin), 'rsa').publicKey)),
  ),
  hs256WithPublishedSecret: signedWith({ alg: 'HS256', kid: 'symmetric' }, (input) =>
    signHmac(input, Buffer.from(PUBLISHED_SECRET, 'base64url')),
  ),
  algMissing: header({ alg: undefined }),
  algArray: header({ alg: ['ES256'] }),
  kidMissing: header({ kid: undefined }),
  kidNumber: header({ kid: 256 }),
  typLogout: header({ typ: 'logout+jwt' }),
  typIdToken: header({ typ: 'id+jwt' }),
  typDpop: header({ typ: 'dpop+jwt' }),
  typNumber: header({ typ: 1 }),
  critUnknown: header({ crit: ['https://example.com/must'], 'https://example.com/must': true }),
  critB64: header({ crit: ['b64'], b64: true }),
  critEmpty: header({ crit: [] }),
  headerNotJson: parts((_, payload, signature) => [base64url('{"alg":'), payload, signature]),
  headerArray: parts((_, payload, signature) => [base64url('[]'), payload, signature]),
  headerMissing: parts((_, payload, signature) => ['', payload, signature]),
  payloadNotJson: parts((first, _, signature) => [first, base64url('sub=1'), signature]),
  payloadArray: parts((first, _, signature) => [first, base64url('[]'), signature]),
  payloadMissing: parts((first, _, signature) => [first, '', signature]),
  notBase64url: parts((first, payload, signature) => [first, payload, `${signature.slice(0, -2)}+/`]),
  paddedSignature: parts((first, payload, signature) => [first, payload, `${signature}=`]),
  emptySignature: parts((first, payload) => [first, payload, '']),
  issWithoutSlash: claims({ iss: 'https://tenant.example' }),
  issOther: claims({ iss: 'https://tenant.example.evil.example/' }),
  issMissing: claims({ iss: undefined }),
  issArray: claims({ iss: [FIRST.issuer] }),
  audOther: claims({ aud: 'https://other.api' }),
  audMissing: claims({ aud: undefined }),
  audOtherArray: claims({ aud: ['https://other.api', 'https://third.api'] }),
  audLonger: claims({ aud: `${AUDIENCE}/v2` }),
  audOtherCase: claims({ aud: AUDIENCE.toUpperCase() }),
  audObject: claims({ aud: { [AUDIENCE]: true } }),
  expired: claims({ exp: START_SECONDS - 10 }),
  expMissing: claims({ exp: undefined }),
  expText: claims({ exp: String(USUAL_EXP) }),
  expNull: claims({ exp: null }),
  nbfAhead: claims({ nbf: START_SECONDS + 60 }),
  nbfText: claims({ nbf: '0' }),
  subMissing: claims({ sub: undefined }),
  subEmpty: claims({ sub: '' }),
  subNumber: claims({ sub: 1234 }),
  subControl: claims({ sub: 'auth0|1\n2' }),
  subLong: claims({ sub: 's'.repeat(2000) }),
  otherIssuersKey: (draft, origin) => {
    draft.key = keyPair(ownerOf(1 - origin), kindFor(draft.algorithm)).privateKey;
    return written(draft);
  },
  truncatedSignature: parts((first, payload, signature) => [first, payload, signature.slice(0, -6)]),
  changedSignature: parts((first, payload, signature) => [first, payload, otherFirstCharacter(signature)]),
  changedPayload: (draft) => {
    const [first = '', , third = ''] = written(draft).split('.');
    return [first, base64url({ ...draft.claims, sub: 'auth0|admin' }), third].join('.');
  },
  changedHeader: (draft) => {
    const [, second = '', third = ''] = written(draft).split('.');
    return [base64url({ ...draft.header, x: 1 }), second, third].join('.');
  },
  kidUnknown: header({ kid: 'never-published' }),
  kidOfOtherAlgorithm: signedWith({ alg: 'RS384', kid: 'RS256' }, (input, _, origin) =>
    signJws('RS384', input, keyPair(ownerOf(origin), 'rsa').privateKey),
  ),
  pssByKeyForPkcs1: pssBy('RS256'),
  pssByKeyWithoutAlgorithm: pssBy('anyRsa'),
  pssWithShortSalt: signedWith({ alg: 'PS256', kid: 'PS256' }, (input, _, origin) =>
    signPss(input, keyPair(ownerOf(origin), 'rsa').privateKey, 20),
  ),
  weakKey: signedWith({ alg: 'RS256', kid: 'weak' }, (input, _, origin) =>
    signJws('RS256', input, keyPair(ownerOf(origin), 'weakRsa').privateKey),
  ),
  encryptionKey: signedWith({ alg: 'RS256', kid: 'encryption' }, (input, _, origin) =>
    signJws('RS256', input, keyPair(ownerOf(origin), 'rsa').privateKey),
  ),
  embeddedKey: (draft) => {
    const jwk = attacker().publicKey.export({ format: 'jwk' });
    return signedWith({ alg: 'ES256', kid: 'ES256', jwk }, (input) => signJws('ES256', input, attacker().privateKey))(
      draft,
      0,
    );
  },
  keyUrl: signedWith(
    { alg: 'ES256', kid: 'attacker', jku: 'https://evil.example/keys', x5u: 'https://evil.example/x' },
    (input) => signJws('ES256', input, attacker().privateKey),
  ),
  derSignature: signedWith({ alg: 'ES256', kid: 'ES256' }, (input, _, origin) =>
    signJws('ES256', input, keyPair(ownerOf(origin), 'P-256').privateKey, true),
  ),
  actText: claims({ act: 'admin' }),
  zeroSignature: signedWith({ alg: 'ES256', kid: 'ES256' }, () => Buffer.alloc(64).toString('base64url')),
};

const otherFirstCharacter = (text: string): string => `${text.startsWith('A') ? 'B' : 'A'}${text.slice(1)}`;

function flawed(flaw: Exclude<JwtFlaw, 'none'>, draft: Draft, origin: number): string {
  return CHANGES[flaw](draft, origin);
}

/**
 * The keys that an issuer publishes: only those that the case needs, since importing keys is slow, and some that must
 * never verify a token.
 */
export function publishedKeys(index: number, algorithm: string): readonly unknown[] {
  const owner = ownerOf(index);
  const jwk = (name: string) => keyPair(owner, kindFor(name)).publicKey.export({ format: 'jwk' });
  const usable = [...new Set(['RS256', 'ES256', 'PS256', algorithm])].map((name) => ({
    ...jwk(name),
    kid: name,
    alg: name,
    use: 'sig',
  }));
  return [
    null,
    'not a key',
    { kty: 'oct', kid: 'symmetric', alg: 'HS256', k: PUBLISHED_SECRET, use: 'sig' },
    { ...jwk('RS256'), kid: 'encryption', use: 'enc' },
    { ...keyPair(owner, 'weakRsa').publicKey.export({ format: 'jwk' }), kid: 'weak', alg: 'RS256', use: 'sig' },
    { kty: 'RSA', kid: 'broken', n: '!', e: 'AQAB' },
    { ...jwk('RS256') },
    ...usable,
    { ...jwk('RS256'), kid: 'anyRsa' },
  ];
}
