import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseJsonObject } from '../../../local/tenant/http.ts';
import { decodeUnverified } from '../../../local/tenant/jwt.ts';
import { readJwk, readKeyEntry, readVerificationKey } from '../../../local/tenant/public-key.ts';
import { findRoute } from '../../../local/tenant/router.ts';

it('only three parts of canonical base64url, two of them JSON objects, are parsed as a JWT', () => {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
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
    }),
  );
});
