/** Encrypts access tokens for their API: a nested JWT (RFC 7519 section 5.2) as compact JWE, five parts (RFC 7516). */
import {
  constants,
  createCipheriv,
  createPublicKey,
  type KeyObject,
  publicEncrypt,
  randomBytes,
  X509Certificate,
} from 'node:crypto';
import { isJsonObject } from './http.ts';

export interface EncryptionKey {
  /** `RSA-OAEP-256`, `RSA-OAEP-384` or `RSA-OAEP-512`. */
  readonly alg: string;
  readonly kid?: string | undefined;
  readonly key: KeyObject;
}

export const ENCRYPTION_ALGORITHMS = ['RSA-OAEP-256', 'RSA-OAEP-384', 'RSA-OAEP-512'];
const KEY_BYTES = 32;
const IV_BYTES = 12;

/** Encrypts a JWT. Only the owner of the private key can read it; this tenant cannot. */
export function encryptJwt(jwt: string, { alg, kid, key }: EncryptionKey): string {
  const header = Buffer.from(JSON.stringify({ alg, enc: 'A256GCM', cty: 'JWT', ...(kid && { kid }) })).toString(
    'base64url',
  );
  const contentKey = randomBytes(KEY_BYTES);
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', contentKey, iv).setAAD(Buffer.from(header));
  const text = Buffer.concat([cipher.update(jwt, 'utf8'), cipher.final()]);
  const oaepHash = `sha${alg.slice('RSA-OAEP-'.length)}`;
  const wrapped = publicEncrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash }, contentKey);
  return [header, ...[wrapped, iv, text, cipher.getAuthTag()].map((part) => part.toString('base64url'))].join('.');
}

/** The key of an API's `token_encryption`; `undefined` if the API has none. */
export function encryptionKeyOf(setting: unknown): EncryptionKey | undefined {
  if (!isJsonObject(setting) || !isJsonObject(setting.encryption_key)) return undefined;
  const { alg, kid, pem } = setting.encryption_key;
  const key = readPem(String(pem));
  return key && { alg: String(alg), kid: typeof kid === 'string' ? kid : undefined, key };
}

/** Reads a certificate or a public key. */
function readPem(pem: string): KeyObject | undefined {
  try {
    const key = pem.includes('BEGIN CERTIFICATE') ? new X509Certificate(pem).publicKey : createPublicKey(pem);
    return key.asymmetricKeyType === 'rsa' ? key : undefined;
  } catch {
    return undefined;
  }
}
