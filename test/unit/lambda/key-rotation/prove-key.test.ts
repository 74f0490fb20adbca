import { createPublicKey, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createProof } from '../../../../lambda/key-rotation/prove-key.ts';
import { generateSigningKey } from '../../../../src/core/generate-signing-key.ts';
import type { HttpPort, HttpRequest } from '../../../../src/core/http.ts';
import { FrozenClock, NOW_MS } from '../../../support/core/clock.ts';

const key = await generateSigningKey(NOW_MS);
const settings = { issuer: 'https://tenant.example/', audience: 'https://demo.api' };

function proofAt(status: number, body: object, requests: HttpRequest[] = []) {
  const clock = new FrozenClock();
  const http: HttpPort = async (request) => {
    requests.push(request);
    return { status, headers: {}, body: JSON.stringify(body) };
  };
  return createProof(settings, { http, clock: clock.read, sleep: clock.sleep, random: () => 0 });
}

describe('the proof of a key', () => {
  it('is an introspection, signed with it, of a token that nobody has issued', async () => {
    const requests: HttpRequest[] = [];
    const prove = proofAt(200, { active: false }, requests);
    await prove(key);
    await prove(key);
    const [first, second] = requests.map(({ body }) => JSON.parse(body ?? ''));
    expect(requests[0]).toMatchObject({ method: 'POST', url: 'https://tenant.example/oauth/introspect' });
    expect(first.token).toMatch(/^[\w-]{32}$/);
    expect(second.token).not.toBe(first.token);
    const [header = '', payload = '', signature = ''] = first.client_assertion.split('.');
    const publicKey = createPublicKey({ key: { kty: key.kty, n: key.n, e: key.e }, format: 'jwk' });
    const isSigned = verify(
      'sha256',
      Buffer.from(`${header}.${payload}`),
      publicKey,
      Buffer.from(signature, 'base64url'),
    );
    expect(isSigned).toBe(true);
  });

  it.each([
    ['refused as a client', 401, { error: 'invalid_client' }, 'upstream_client_refused'],
    ['answered 500', 500, {}, 'upstream_unavailable'],
    ['not understood', 200, { active: 'false' }, 'upstream_malformed'],
    ['told that the token is active', 200, { active: true }, 'upstream_malformed'],
  ])('fails when it is %s', async (_what, status, body, code) => {
    await expect(proofAt(status, body)(key)).rejects.toMatchObject({ code });
  });
});
