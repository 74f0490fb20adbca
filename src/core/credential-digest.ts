/**
 * Identifies a credential without storing it: a SHA-256 digest with a salt that exists only in this process. Each part is
 * prefixed with its length, so that two credentials never produce the same text.
 */
import { hash, randomBytes } from 'node:crypto';
import type { Credential } from './credential.ts';

export type DigestCredential = (credential: Credential) => string;

/** Makes a digest function with a salt of its own. */
export function credentialDigest(salt: string = randomBytes(32).toString('base64')): DigestCredential {
  return (credential) => {
    const [name, secret] =
      credential.kind === 'bearer' ? ['', credential.token] : [credential.username, credential.secret];
    const parts = `${salt}${credential.kind}:${name.length}:${name}:${secret.length}:${secret}`;
    return hash('sha256', parts, 'base64');
  };
}
