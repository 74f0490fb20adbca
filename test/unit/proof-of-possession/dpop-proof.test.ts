import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { exportJWK } from 'jose';
import { describe, expect, it } from 'vitest';
import { CredentialError } from '../../../src/core/errors.ts';
import { verifyProof } from '../../../src/proof-of-possession/dpop-proof.ts';
import { FrozenClock, NOW_SECONDS } from '../../support/core/clock.ts';
import { credentialError } from '../../support/core/errors.ts';
import { forge } from '../../support/core/issuer.ts';
import { makeProof, makeProofKey, PROOF_URL } from '../../support/core/proofs.ts';

const TOKEN = 'the-access-token';
const key = await makeProofKey();
const nowMs = new FrozenClock().read();
const expected = { method: 'GET', url: PROOF_URL, token: TOKEN, nowMs };

function refusal(proof: string, changes: Partial<Parameters<typeof verifyProof>[1]> = {}): string {
  try {
    verifyProof(proof, { ...expected, ...changes });
    return 'accepted';
  } catch (error) {
    if (error instanceof CredentialError) return error.code;
    throw error;
  }
}

describe('a proof', () => {
  it.each(['ES256', 'ES384', 'ES512', 'RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'EdDSA', 'Ed25519'])(
    'is accepted with the algorithm %s, and names its key',
    async (algorithm) => {
      const signer = await makeProofKey(algorithm);
      const proof = await makeProof(signer, TOKEN, { claims: { jti: 'one' } });
      expect(verifyProof(proof, expected)).toEqual({
        jwkThumbprint: signer.thumbprint,
        jti: 'one',
        expiresAtMs: nowMs + 300_000,
      });
    },
  );

  it.each([
    ['another method', { htm: 'POST' }],
    ['the method in lower case', { htm: 'get' }],
    ['no method', { htm: undefined }],
    ['another URL', { htu: 'https://api.example.com/prod/bar' }],
    ['another host', { htu: 'https://evil.example/prod/foo' }],
    ['no URL', { htu: undefined }],
    ['a URL that is none', { htu: 7 }],
    ['another token', { ath: 'x'.repeat(43) }],
    ['no token', { ath: undefined }],
  ])('does not match the request with %s', async (_, claims) => {
    expect(refusal(await makeProof(key, TOKEN, { claims }))).toBe('proof_mismatch');
  });

  it('does not match if the event does not say the URL, and then the message says what to set', async () => {
    const proof = await makeProof(key, TOKEN);
    expect(() => verifyProof(proof, { ...expected, url: undefined })).toThrow(
      credentialError(
        'proof_mismatch',
        'The DPoP proof does not match: "htu" cannot be checked, because the event does not say the URL; set "publicUrl".',
      ),
    );
  });

  it.each([
    [-300, 'proof_expired'],
    [-299, 'accepted'],
    [0, 'accepted'],
    [30, 'accepted'],
    [31, 'proof_expired'],
    [Number.MAX_SAFE_INTEGER, 'proof_expired'],
  ])('that is made %s seconds from now is %s', async (seconds, result) => {
    expect(refusal(await makeProof(key, TOKEN, { claims: { iat: NOW_SECONDS + seconds } }))).toBe(result);
  });

  it.each([
    ['no jti', { jti: undefined }],
    ['an empty jti', { jti: '' }],
    ['a jti that is a number', { jti: 7 }],
    ['a jti of 513 characters', { jti: 'x'.repeat(513) }],
    ['no iat', { iat: undefined }],
    ['an iat that is text', { iat: String(NOW_SECONDS) }],
  ])('is malformed with %s', async (_, claims) => {
    expect(refusal(await makeProof(key, TOKEN, { claims }))).toBe('proof_malformed');
  });

  it.each([
    ['the type of a JWT', { typ: 'JWT' }],
    ['the type of an access token', { typ: 'at+jwt' }],
    ['no type', { typ: undefined }],
    ['no key', { jwk: undefined }],
    ['a key that is text', { jwk: 'key' }],
    ['a key of another type', { jwk: { kty: 'oct', k: 'c2VjcmV0' } }],
    ['a key on another curve', { jwk: { ...key.jwk, crv: 'secp256k1' } }],
    ['a point that is not on the curve', { jwk: { ...key.jwk, y: key.jwk.x } }],
  ])('is malformed with %s', async (_, header) => {
    expect(refusal(await makeProof(key, TOKEN, { header }))).toBe('proof_malformed');
  });

  it('is malformed with a private key in its header', async () => {
    const jwk = await exportJWK(key.privateKey);
    expect(jwk.d).toBeDefined();
    expect(refusal(await makeProof(key, TOKEN, { header: { jwk } }))).toBe('proof_malformed');
  });

  it('is malformed with private members of an RSA key in its header', async () => {
    const rsa = await makeProofKey('RS256');
    const { p, q } = await exportJWK(rsa.privateKey);
    expect(refusal(await makeProof(rsa, TOKEN, { header: { jwk: { ...rsa.jwk, p, q } } }))).toBe('proof_malformed');
  });

  it('is malformed with the signature of another key', async () => {
    const other = await makeProofKey();
    expect(refusal(await makeProof({ ...other, jwk: key.jwk }, TOKEN))).toBe('proof_malformed');
  });

  it('is malformed with critical extensions, a symmetric algorithm or none', async () => {
    const [, payload = ''] = (await makeProof(key, TOKEN)).split('.');
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const header = { typ: 'dpop+jwt', jwk: key.jwk };
    const hmac = (input: string) => createHmac('sha256', JSON.stringify(key.jwk)).update(input).digest();
    for (const bad of [
      forge({ ...header, alg: 'none' }, claims, () => ''),
      forge({ ...header, alg: 'none' }, claims, () => 'AAAA'),
      forge({ ...header, alg: 'HS256' }, claims, hmac),
      forge({ ...header, alg: 'HS256', jwk: { kty: 'oct', k: 'c2VjcmV0' } }, claims, hmac),
      forge({ ...header, alg: 'RS256' }, claims, hmac),
      forge({ ...header, alg: ['ES256'] }, claims, hmac),
      forge({ ...header, alg: 'ES256', crit: ['b64'], b64: true }, claims, hmac),
    ]) {
      expect(refusal(bad)).toBe('proof_malformed');
    }
  });

  it('is malformed with a weak RSA key, which anybody could break', async () => {
    const weak = { kty: 'RSA', n: Buffer.alloc(128, 0xff).toString('base64url'), e: 'AQAB' };
    const proof = forge({ typ: 'dpop+jwt', alg: 'RS256', jwk: weak }, {}, () => 'A'.repeat(128));
    expect(refusal(proof)).toBe('proof_malformed');
  });

  it('is malformed if it is too long', async () => {
    const proof = await makeProof(key, TOKEN, { claims: { note: 'x'.repeat(6000) } });
    expect(refusal(proof)).toBe('proof_malformed');
  });

  it('is malformed if it is any other text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[\w-]*\.[\w-]*\.[\w-]*$/)), (text) => {
        expect(refusal(text)).toBe('proof_malformed');
      }),
    );
  });

  it('is malformed without a matching signature, whatever its header and claims', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (header, claims) => {
        expect(refusal(forge(header, claims, () => 'AAAA'))).toBe('proof_malformed');
      }),
    );
  });

  it('is refused as soon as one character of it has changed', async () => {
    const proof = await makeProof(key, TOKEN);
    const [header = '', payload = ''] = proof.split('.');
    // The last bits of a part may have no meaning, and then the proof is the same.
    const places = fc.integer({ min: 0, max: header.length + payload.length - 1 });
    fc.assert(
      fc.property(places, fc.constantFrom(...'ABCxyz019_-'), (place, character) => {
        const changed = proof.slice(0, place) + character + proof.slice(place + 1);
        expect(refusal(changed)).toBe(changed === proof ? 'accepted' : 'proof_malformed');
      }),
    );
  });
});
