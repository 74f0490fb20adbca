import { createPublicKey, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createProof } from '../../../../lambda/key-rotation/prove-key.ts';
import type { HttpPort, HttpRequest } from '../../../../src/core/http.ts';
import { generateSigningKey } from '../../../../src/signing-key/generate-signing-key.ts';
import { FrozenClock, NOW_MS } from '../../../support/core/clock.ts';

const key = await generateSigningKey(NOW_MS);
const settings = { issuer: 'https://tenant.example/', audience: 'https://demo.api' };

type Answer = readonly [status: number, body: object];
const INACTIVE: Answer = [200, { active: false }];
const REFUSED: Answer = [401, { error: 'invalid_client' }];
const publicKey = createPublicKey({ key: { kty: key.kty, n: key.n, e: key.e }, format: 'jwk' });

/** Which of the two keys signed it, and what is in it. */
function assertionOf({ body }: HttpRequest) {
  const { token, client_assertion: assertion } = JSON.parse(body ?? '');
  const [header = '', payload = '', signature = ''] = assertion.split('.');
  const input = Buffer.from(`${header}.${payload}`);
  const isOurs = verify('sha256', input, publicKey, Buffer.from(signature, 'base64url'));
  return { token, isOurs, kid: JSON.parse(Buffer.from(header, 'base64url').toString()).kid };
}

/** A server that gives one answer to our key, and another to a stranger's. */
function proofAt(toOurs: Answer, toStrangers: Answer = REFUSED, requests: HttpRequest[] = []) {
  const clock = new FrozenClock();
  const http: HttpPort = async (request) => {
    requests.push(request);
    const [status, body] = assertionOf(request).isOurs ? toOurs : toStrangers;
    return { status, headers: {}, body: JSON.stringify(body) };
  };
  return createProof(settings, { http, clock: clock.read, sleep: clock.sleep, random: () => 0 });
}

describe('the proof of a key', () => {
  it('is two introspections of tokens that nobody has issued: the server takes the key and refuses a stranger with its id', async () => {
    const requests: HttpRequest[] = [];
    await proofAt(INACTIVE, REFUSED, requests)(key);
    expect(requests[0]).toMatchObject({ method: 'POST', url: 'https://tenant.example/oauth/introspect' });
    const [first, second] = requests.map(assertionOf);
    expect([first, second]).toMatchObject([
      { isOurs: true, kid: key.kid },
      { isOurs: false, kid: key.kid },
    ]);
    expect(first?.token).toMatch(/^[\w-]{32}$/);
    expect(second?.token).not.toBe(first?.token);
    expect(requests).toHaveLength(2);
  });

  it('needs no stranger where the key is refused', async () => {
    const requests: HttpRequest[] = [];
    await expect(proofAt(REFUSED, REFUSED, requests)(key)).rejects.toMatchObject({ code: 'issuer_client_refused' });
    expect(requests).toHaveLength(1);
  });

  it.each<[string, Answer]>([
    ['takes', INACTIVE],
    ['calls active whatever is asked by', [200, { active: true }]],
  ])('is worthless at a server that %s a stranger', async (_what, answer) => {
    await expect(proofAt(INACTIVE, answer)(key)).rejects.toMatchObject({
      name: 'ProofError',
      code: 'proof_worthless',
      message: expect.stringMatching(/also accepts .* throw-away key, where 401 invalid_client was expected/),
    });
  });

  it('leaves it open when the stranger gets no answer', async () => {
    await expect(proofAt(INACTIVE, [503, {}])(key)).rejects.toMatchObject({ code: 'issuer_unavailable' });
    await expect(proofAt(INACTIVE, [404, {}])(key)).rejects.toMatchObject({ code: 'issuer_refused' });
  });

  it('cannot be had where introspection is not enabled', async () => {
    await expect(proofAt([404, {}])(key)).rejects.toMatchObject({
      code: 'introspection_missing',
      message: expect.stringMatching(/the response was 404\. Introspection is not enabled.*or set rotationDays to 0/),
    });
  });

  it.each<[string, Answer, string]>([
    ['refused as a client', REFUSED, 'issuer_client_refused'],
    ['answered 500', [500, {}], 'issuer_unavailable'],
    ['answered 403', [403, {}], 'issuer_refused'],
    ['not understood', [200, { active: 'false' }], 'issuer_malformed'],
    ['told that the token is active', [200, { active: true }], 'issuer_malformed'],
  ])('fails when it is %s', async (_what, answer, code) => {
    await expect(proofAt(answer)(key)).rejects.toMatchObject({ code });
  });
});
