/**
 * Names a credential without holding it: a SHA-256 digest under a salt that lives as long as the process. Each part is
 * prefixed with its length, so that no two credentials have the same text.
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
