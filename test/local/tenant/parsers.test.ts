import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DpopProofVerifier } from '../../../local/tenant/dpop-proof.ts';
import { encryptionKeyOf } from '../../../local/tenant/encrypted-token.ts';
import { parseJsonObject, Refusal } from '../../../local/tenant/http.ts';
import { decodeUnverified } from '../../../local/tenant/jwt.ts';
import { readJwk, readKeyEntry, readVerificationKey } from '../../../local/tenant/public-key.ts';
import { findRoute } from '../../../local/tenant/router.ts';

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

function verifyProof(...parts: readonly string[]): string {
  const request = { proof: parts.join('.'), method: 'POST', url: 'http://127.0.0.1/oauth/token', requiresNonce: false };
  return new DpopProofVerifier(() => 0).verify(request);
}

it('only three parts of canonical base64url, two of them JSON objects, are parsed as a JWT', () => {
  const good = `${part({ alg: 'RS256' })}.${part({})}.AA`;
  expect(decodeUnverified(good)).toMatchObject({ header: { alg: 'RS256' }, claims: {} });
  const bad = [`${good}.`, `${good}=`, good.replace('.AA', '.AB'), `${part([])}.${part({})}.AA`, `${part({})}.AA`, ''];
  for (const token of bad) expect(decodeUnverified(token)).toBeUndefined();
});

it('no parser throws, whatever the input', () => {
  fc.assert(
    fc.property(fc.anything(), fc.string(), (value, text) => {
      expect(readVerificationKey(value)).toBeUndefined();
      expect(readKeyEntry({ kid: 'k', pem: text })).toBeUndefined();
      expect(readJwk({ kty: 'RSA', n: text, e: text })).toBeUndefined();
      parseJsonObject(text);
      decodeUnverified(text);
      findRoute('GET', text);
      expect(encryptionKeyOf({ encryption_key: { alg: text, pem: text } })).toBeUndefined();
      expect(() =>
        verifyProof(part({ jwk: value, alg: 'ES256', typ: 'dpop+jwt' }), part({ jti: value }), 'AA'),
      ).toThrow(Refusal);
      expect(() => verifyProof(text)).toThrow(Refusal);
    }),
  );
});
