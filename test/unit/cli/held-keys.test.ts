import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readKeys } from '../../../src/cli/held-keys.ts';
import { createStyle } from '../../../src/cli/style.ts';
import { describeChange } from '../../../src/cli/tenant-change.ts';
import { generateSigningKey } from '../../../src/signing-key/generate-signing-key.ts';
import { certificatePem, publicJwk, publicKeyPem } from '../../../src/signing-key/signing-key.ts';

const key = await generateSigningKey(0);
const pem = certificatePem(key);

it.each([
  ['a certificate', pem, 'certificate'],
  ['a certificate without a final line feed', pem.trim(), 'certificate'],
  ['a public key', publicKeyPem(key), 'public key'],
  ['a JWK', publicJwk(key), 'JWK'],
  ['a JWK as text', JSON.stringify(publicJwk(key)), 'JWK'],
  ['a list with its kid', [{ kid: 'a', pem }], 'certificate'],
  ['a JWKS', { keys: [publicJwk(key)] }, 'JWK'],
])('readKeys finds the thumbprint of %s', (_, value, form) => {
  expect(readKeys(value)).toEqual([{ thumbprint: key.kid, form }]);
});

it('readKeys finds no key in any other value', () => {
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), fc.string()), (value) => {
      expect(readKeys(value)).toEqual([]);
    }),
  );
});

it('describeChange shows what a change removes and adds, without what stays', () => {
  const style = createStyle(false);
  expect(describeChange({ target: 'grant', property: 'scope', before: ['a', 'b'], after: ['b', 'c'] }, style)).toEqual([
    'grant, scope',
    '  - a',
    '  + c',
  ]);
  expect(
    describeChange({ target: 'api', property: 'verificationKey', before: 'https://x', after: pem }, style),
  ).toEqual(['api, verificationKey', '  - https://x', `  + certificate, key ${key.kid}`]);
  expect(describeChange({ target: 'api', before: null, after: 'resource server "x"' }, style)).toEqual([
    'api',
    '  + resource server "x"',
  ]);
});
