/** Keys of clients, and the secrets that store them. Made once for each test file, because RSA keys take time. */
import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';

export const RSA: KeyObject = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
export const OTHER_RSA: KeyObject = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
export const P256: KeyObject = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;

export function pem(key: KeyObject, type: 'pkcs8' | 'pkcs1' | 'sec1' = 'pkcs8'): string {
  return key.export({ type, format: 'pem' }).toString();
}

export function publicPem(key: KeyObject): string {
  return createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString();
}

/** The text of a secret with a key. */
export function keySecret(clientId: string, key: KeyObject, more: object = {}): string {
  return JSON.stringify({ clientId, privateKey: pem(key), ...more });
}

/** Texts of which no output may contain any: the parts of a private key, in every encoding in which it is stored. */
export function secretParts(key: KeyObject): readonly string[] {
  const { d = '', p = '', q = '' } = key.export({ format: 'jwk' });
  const lines = (['pkcs8', key.asymmetricKeyType === 'rsa' ? 'pkcs1' : 'sec1'] as const).flatMap((type) =>
    pem(key, type)
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('-----')),
  );
  return [d, p, q, ...lines].filter((part) => part.length > 8);
}
