import { createPublicKey, X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type KeyDeliveryOptions,
  wantedKeyProperties,
} from '../../../../src/setup/resource-server/wanted-key-properties.ts';
import { generateSigningKey } from '../../../../src/signing-key/generate-signing-key.ts';
import type { PrivateSigningJwk } from '../../../../src/signing-key/signing-key.ts';
import { expectError } from '../../../support/setup/expect-error.ts';
import { NO_KEYS } from '../../../support/setup/ports.ts';

const JWKS_URL = 'https://api.example/.well-known/jwks.json';
let current: PrivateSigningJwk;
let pending: PrivateSigningJwk;

beforeAll(async () => {
  current = await generateSigningKey(0);
  pending = await generateSigningKey(0);
});

const modulusOf = (pem: string) => createPublicKey(pem).export({ format: 'jwk' }).n;

const inOrder = (options: Partial<KeyDeliveryOptions>) =>
  wantedKeyProperties({
    keyDelivery: 'verificationKey',
    keyFormat: 'certificate',
    keys: [current, pending],
    ...options,
  });

function propertiesFor(options: Partial<KeyDeliveryOptions>) {
  const [only, ...others] = inOrder(options);
  expect(others).toEqual([]);
  return only;
}

describe('verificationKey', () => {
  it('holds only the certificate of the first key with keyFormat certificate', () => {
    const { verificationKey, ...others } = propertiesFor({});
    expect(new X509Certificate(verificationKey ?? '').publicKey.export({ format: 'jwk' }).n).toBe(current.n);
    expect(others).toEqual({ verificationKeys: null, verificationLocation: null });
  });

  it('holds the public members of the first key as JSON text with keyFormat jwk', () => {
    const { verificationKey, ...others } = propertiesFor({ keyFormat: 'jwk' });
    const { kty, kid, alg, use, n, e } = current;
    expect(JSON.parse(verificationKey ?? '')).toEqual({ kty, kid, alg, use, n, e });
    expect(others).toEqual({ verificationKeys: null, verificationLocation: null });
  });
});

it.each(['certificate', 'jwk'] as const)('auto is verificationKey or else verificationKeys, as %s', (keyFormat) => {
  expect(inOrder({ keyDelivery: 'auto', keyFormat })).toEqual([
    propertiesFor({ keyDelivery: 'verificationKey', keyFormat }),
    propertiesFor({ keyDelivery: 'verificationKeys', keyFormat }),
  ]);
});

describe('verificationKeys', () => {
  it.each([
    ['certificate', '-----BEGIN CERTIFICATE-----'],
    ['jwk', '-----BEGIN PUBLIC KEY-----'],
  ] as const)('lists every key by kid with keyFormat %s, each as "%s"', (keyFormat, label) => {
    const { verificationKeys, ...others } = propertiesFor({ keyDelivery: 'verificationKeys', keyFormat });
    expect(verificationKeys?.map(({ kid, pem }) => [kid, modulusOf(pem)])).toEqual([
      [current.kid, current.n],
      [pending.kid, pending.n],
    ]);
    for (const { pem } of verificationKeys ?? []) expect(pem.startsWith(label)).toBe(true);
    expect(others).toEqual({ verificationKey: null, verificationLocation: null });
  });
});

it('verificationLocation holds the URL of the JWKS and nothing else', () => {
  expect(propertiesFor({ keyDelivery: 'verificationLocation', jwksUrl: JWKS_URL })).toEqual({
    ...NO_KEYS,
    verificationLocation: JWKS_URL,
  });
});

it.each([[undefined], ['/jwks.json']])('verificationLocation refuses the URL %s', async (jwksUrl) => {
  const options = { keyDelivery: 'verificationLocation', ...(jwksUrl !== undefined && { jwksUrl }) } as const;
  await expectError(
    () => propertiesFor(options),
    'configuration_invalid',
    /needs the URL of the JWKS.*Expected an absolute URL/,
  );
});

it('wellKnown holds nothing', () => {
  expect(propertiesFor({ keyDelivery: 'wellKnown' })).toEqual(NO_KEYS);
});

it('wantedKeyProperties never includes the private half, for any delivery and format', () => {
  for (const keyDelivery of ['verificationKey', 'verificationKeys', 'verificationLocation', 'wellKnown'] as const) {
    for (const keyFormat of ['certificate', 'jwk'] as const) {
      const text = JSON.stringify(propertiesFor({ keyDelivery, keyFormat, jwksUrl: JWKS_URL }));
      for (const member of ['d', 'p', 'q', 'dp', 'dq', 'qi'] as const) expect(text).not.toContain(current[member]);
    }
  }
});
