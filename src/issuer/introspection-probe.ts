/**
 * Introspects a token that nobody issued, to find out whether the server accepts a signing key. An accepted key alone proves
 * nothing, because the server, or a proxy in front of it, may accept every key. So callers also try a throw-away key.
 */
import { generateKeyPair, type KeyObject, randomBytes } from 'node:crypto';
import { IssuerError } from '../core/errors.ts';
import type { HttpPort } from '../core/http.ts';
import type { ImportedSigningKey } from '../signing-key/signing-key.ts';
import { auth0Introspection } from './auth0-introspection.ts';
import { DECISION_DEADLINE_MS, type IssuerPorts } from './issuer-endpoint.ts';

export interface ProbeTarget {
  /** With its final slash. */
  readonly issuer: string;
  /** The resource server's identifier. */
  readonly audience: string;
}

/** What the response says about the assertion. */
export type ProbeResult =
  /** The server accepts the assertion and reports the token as inactive. */
  | { readonly outcome: 'accepted' }
  /** The server reports the token as active, although nobody issued it. */
  | { readonly outcome: 'active' }
  /** The server refuses the assertion: `invalid_client`. */
  | { readonly outcome: 'refused'; readonly error: IssuerError }
  /** The server has no introspection endpoint: 404. */
  | { readonly outcome: 'not_found' };

const RANDOM_BYTES = 24;
const MODULUS_BITS = 2048;

/** Generated on first use, because that takes 100 ms or more, and reused as long as the process lives. */
let throwAwayKey: Promise<KeyObject> | undefined;

/**
 * Makes a key that no server can know. It has the `kid` of the real key, so that the probe also detects a server that looks up
 * the `kid` but does not check the signature.
 */
export async function makeThrowAwayKey(kid: string): Promise<ImportedSigningKey> {
  throwAwayKey ??= generatePrivateKey();
  return { kid, privateKey: await throwAwayKey };
}

function generatePrivateKey(): Promise<KeyObject> {
  return new Promise((resolve, reject) => {
    generateKeyPair('rsa', { modulusLength: MODULUS_BITS }, (error, _publicKey, privateKey) =>
      error ? reject(error) : resolve(privateKey),
    );
  });
}

/**
 * Introspects with one key.
 *
 * @throws IssuerError if the server could not be asked, or its response cannot be used
 */
export async function probeIntrospection(
  { issuer, audience }: ProbeTarget,
  key: ImportedSigningKey,
  ports: IssuerPorts,
): Promise<ProbeResult> {
  const { clock } = ports;
  let status: number | undefined;
  const http: HttpPort = async (request) => {
    const response = await ports.http(request);
    status = response.status;
    return response;
  };
  const keys = { read: async () => [key] as const };
  // A new one for each probe, because the failures of one must not pause the next.
  const introspection = auth0Introspection({ issuer, audience, keys, uniqueId: randomText }, { ...ports, http });
  try {
    const { active } = await introspection.ask(randomText(), { deadlineMs: clock() + DECISION_DEADLINE_MS });
    return { outcome: active ? 'active' : 'accepted' };
  } catch (error) {
    if (!(error instanceof IssuerError)) throw error;
    if (error.code === 'issuer_client_refused') return { outcome: 'refused', error };
    if (error.code === 'issuer_refused' && status === 404) return { outcome: 'not_found' };
    throw error;
  }
}

function randomText(): string {
  return randomBytes(RANDOM_BYTES).toString('base64url');
}
