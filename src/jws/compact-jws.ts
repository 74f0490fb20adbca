/** The compact form of a JWS, `header.payload.signature`: its syntax, and how to sign one. It says nothing about whether a JWS is valid. */
import type { KeyObject } from 'node:crypto';
import { signatureOf } from './signature-algorithms.ts';

/**
 * Matches a JWS in compact form, and captures its three parts.
 *
 * @see RFC 7515 section 7.1
 */
export const COMPACT_JWS = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)$/;

/**
 * Signs a payload.
 *
 * @param header names the algorithm, which must fit the private key
 */
export function signCompact(header: { readonly alg: string }, payload: object, key: KeyObject): string {
  const input = `${base64url(header)}.${base64url(payload)}`;
  return `${input}.${signatureOf(key, header.alg, input).toString('base64url')}`;
}

function base64url(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
