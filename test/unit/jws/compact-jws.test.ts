import { KeyObject } from 'node:crypto';
import { compactVerify, exportJWK, generateKeyPair } from 'jose';
import { describe, expect, it } from 'vitest';
import { COMPACT_JWS, signCompact } from '../../../src/jws/compact-jws.ts';
import { isSignatureOf } from '../../../src/jws/signature-algorithms.ts';
import { importSoundKey } from '../../../src/jws/sound-public-key.ts';

const PAYLOAD = { sub: 'auth0|1234', name: 'zoë' };

describe('a signed JWS', () => {
  it.each(['ES256', 'ES384', 'ES512', 'RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'EdDSA'])(
    'with %s is verified by jose and by us',
    async (alg) => {
      const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
      const jws = signCompact({ alg }, PAYLOAD, KeyObject.from(privateKey));
      const { payload, protectedHeader } = await compactVerify(jws, publicKey);
      expect(protectedHeader).toEqual({ alg });
      expect(JSON.parse(new TextDecoder().decode(payload))).toEqual(PAYLOAD);
      const [, header = '', body = '', signature = ''] = COMPACT_JWS.exec(jws) ?? [];
      const key = importSoundKey(await exportJWK(publicKey));
      expect(key && isSignatureOf(key, alg, `${header}.${body}`, Buffer.from(signature, 'base64url'))).toBe(true);
      expect(key && isSignatureOf(key, alg, `${header}.x${body}`, Buffer.from(signature, 'base64url'))).toBe(false);
    },
  );
});
