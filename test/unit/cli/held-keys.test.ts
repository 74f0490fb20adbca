import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readKeys } from '../../../src/cli/held-keys.ts';
import { createStyle } from '../../../src/cli/style.ts';
import { describeChange } from '../../../src/cli/tenant-change.ts';
import { generateSigningKey } from '../../../src/signing-key/generate-signing-key.ts';
import { certificatePem, publicJwk, publicKeyPem } from '../../../src/signing-key/signing-key.ts';

const key = await generateSigningKey(0);
const pem = certificatePem(key);

test.each([
  ['a certificate', pem, 'certificate'],
  ['a certificate without line feeds at its end', pem.trim(), 'certificate'],
  ['a public key', publicKeyPem(key), 'public key'],
  ['a JWK', publicJwk(key), 'JWK'],
  ['a JWK as text', JSON.stringify(publicJwk(key)), 'JWK'],
  ['a list with its kid', [{ kid: 'a', pem }], 'certificate'],
  ['a JWKS', { keys: [publicJwk(key)] }, 'JWK'],
])('%s is known by its thumbprint', async (_, value, form) => {
  expect(await readKeys(value)).toEqual([{ thumbprint: key.kid, form }]);
});

test('what holds no key holds none, whatever it is', async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.jsonValue(), fc.string()), async (value) => {
      expect(await readKeys(value)).toEqual([]);
    }),
  );
});

test('a change shows what goes and what comes, and leaves out what stays', async () => {
  const style = createStyle(false);
  expect(
    await describeChange({ target: 'grant', property: 'scope', before: ['a', 'b'], after: ['b', 'c'] }, style),
  ).toEqual(['grant, scope', '  - a', '  + c']);
  expect(
    await describeChange({ target: 'api', property: 'verificationKey', before: 'https://x', after: pem }, style),
  ).toEqual(['api, verificationKey', '  - https://x', `  + certificate, key ${key.kid}`]);
  expect(await describeChange({ target: 'api', before: null, after: 'resource server "x"' }, style)).toEqual([
    'api',
    '  + resource server "x"',
  ]);
});
