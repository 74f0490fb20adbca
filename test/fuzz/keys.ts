/** Makes keys for the fuzzes, once per process, and signs with `node:crypto` only. */
import { createHmac, constants as cryptoConstants, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

export interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

type Kind = 'rsa' | 'weakRsa' | 'P-256' | 'P-384' | 'P-521' | 'ed25519';

function generate(kind: Kind): KeyPair {
  if (kind === 'rsa') return generateKeyPairSync('rsa', { modulusLength: 2048 });
  if (kind === 'weakRsa') return generateKeyPairSync('rsa', { modulusLength: 1024 });
  return kind === 'ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ec', { namedCurve: kind });
}

const made = new Map<string, KeyPair>();

/** Returns the key pair of this owner and kind; it stays the same for the life of the process. */
export function keyPair(owner: string, kind: Kind): KeyPair {
  const name = `${owner} ${kind}`;
  const known = made.get(name) ?? generate(kind);
  made.set(name, known);
  return known;
}

const KINDS: Readonly<Record<string, Kind>> = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521', EdDSA: 'ed25519' };

/** The kind of key that an algorithm needs. */
export const kindFor = (algorithm: string): Kind => KINDS[algorithm] ?? 'rsa';

const signatures = new Map<string, string>();
const MAXIMUM_SIGNATURES = 20_000;

/** Signs like JWS (RFC 7518 section 3). The same input and key return the signature that was made first. */
export function signJws(algorithm: string, input: string, key: KeyObject, isDer = false): string {
  const name = `${algorithm} ${isDer} ${keyName(key)} ${input}`;
  const known = signatures.get(name) ?? signAnew(algorithm, input, key, isDer).toString('base64url');
  if (signatures.size < MAXIMUM_SIGNATURES) signatures.set(name, known);
  return known;
}

const keyNames = new WeakMap<KeyObject, number>();
let namedKeys = 0;

function keyName(key: KeyObject): number {
  const name = keyNames.get(key) ?? ++namedKeys;
  keyNames.set(key, name);
  return name;
}

const PSS = { padding: cryptoConstants.RSA_PKCS1_PSS_PADDING };

/** PS256 with a salt of another length than the digest. */
export const signPss = (input: string, key: KeyObject, saltLength: number): string =>
  sign('sha256', Buffer.from(input), { key, ...PSS, saltLength }).toString('base64url');

function signAnew(algorithm: string, input: string, key: KeyObject, isDer: boolean): Buffer {
  const data = Buffer.from(input);
  if (algorithm === 'EdDSA') return sign(null, data, key);
  const digest = `sha${algorithm.slice(2)}`;
  if (algorithm.startsWith('ES')) return sign(digest, data, { key, dsaEncoding: isDer ? 'der' : 'ieee-p1363' });
  if (algorithm.startsWith('PS')) {
    return sign(digest, data, { key, ...PSS, saltLength: cryptoConstants.RSA_PSS_SALTLEN_DIGEST });
  }
  return sign(digest, data, key);
}

export const signHmac = (input: string, secret: string | Buffer): string =>
  createHmac('sha256', secret).update(input).digest('base64url');

export const base64url = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
