/**
 * Seals what is stored under a credential. The id of an entry and the key that encrypts it are derived from the credential and a
 * secret, the pepper. So whoever reads the table learns nothing without the credential. Whoever writes to it cannot make an entry that
 * opens: only an entry that was sealed for the same credential, under the same configuration, opens.
 */
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import type { Credential } from '../core/credential.ts';

/** The id under which a credential's entry is stored, and the key that seals it. */
export interface EntryKeys {
  readonly id: string;
  readonly key: Buffer;
}

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Derives the id and the key of a credential's entry.
 *
 * @param fingerprint identifies the configuration that decides what the credential means. Entries of another configuration are not found
 */
export function entryKeys(pepper: string, fingerprint: string, credential: Credential): EntryKeys {
  const [username, secret] =
    credential.kind === 'bearer' ? ['', credential.token] : [credential.username, credential.secret];
  const parts = [fingerprint, credential.kind, username, secret].map(lengthPrefixed).join('');
  return {
    id: derive(pepper, 'id', parts).toString('base64url'),
    key: derive(pepper, 'key', parts),
  };
}

/** @returns nonce, ciphertext and tag as base64. Sealing the same text twice gives different bytes */
export function seal({ id, key }: EntryKeys, text: string): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(id));
  return Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('base64');
}

/** @returns the text; `undefined` if the entry was not sealed with these keys, or was changed */
export function open({ id, key }: EntryKeys, sealed: string): string | undefined {
  const bytes = Buffer.from(sealed, 'base64');
  if (bytes.length < NONCE_BYTES + TAG_BYTES) return undefined;
  try {
    const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
    decipher.setAAD(Buffer.from(id)).setAuthTag(bytes.subarray(-TAG_BYTES));
    const text = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
    return Buffer.concat([text, decipher.final()]).toString('utf8');
  } catch {
    return undefined;
  }
}

/** With its length in front of each part, two different lists of parts never give the same text. */
function lengthPrefixed(part: string): string {
  return `${Buffer.byteLength(part)}:${part}`;
}

function derive(pepper: string, purpose: 'id' | 'key', parts: string): Buffer {
  return createHmac('sha256', pepper).update(lengthPrefixed(purpose)).update(parts).digest();
}
