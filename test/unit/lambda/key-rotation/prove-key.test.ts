import { createPublicKey, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createProof } from '../../../../lambda/key-rotation/prove-key.ts';
import type { HttpPort, HttpRequest } from '../../../../src/core/http.ts';
import { generateSigningKey } from '../../../../src/signing-key/generate-signing-key.ts';
import { FrozenClock, NOW_MS } from '../../../support/core/clock.ts';

const key = await generateSigningKey(NOW_MS);
const settings = { issuer: 'https://tenant.example/', audience: 'https://demo.api' };

type ServerResponse = readonly [status: number, body: object];
const INACTIVE: ServerResponse = [200, { active: false }];
const REFUSED: ServerResponse = [401, { error: 'invalid_client' }];
const publicKey = createPublicKey({ key: { kty: key.kty, n: key.n, e: key.e }, format: 'jwk' });

/** The content of the assertion, and which of the two keys signed it. */
function assertionOf({ body }: HttpRequest) {
  const { token, client_assertion: assertion } = JSON.parse(body ?? '');
  const [header = '', payload = '', signature = ''] = assertion.split('.');
  const input = Buffer.from(`${header}.${payload}`);
  const isOurs = verify('sha256', input, publicKey, Buffer.from(signature, 'base64url'));
  return { token, isOurs, kid: JSON.parse(Buffer.from(header, 'base64url').toString()).kid };
}

/** A server with one response to our key and another to a throw-away key. */
function proofAt(
  responseToOurKey: ServerResponse,
  responseToOtherKeys: ServerResponse = REFUSED,
  requests: HttpRequest[] = [],
) {
  const clock = new FrozenClock();
  const http: HttpPort = async (request) => {
    requests.push(request);
    const [status, body] = assertionOf(request).isOurs ? responseToOurKey : responseToOtherKeys;
    return { status, headers: {}, body: JSON.stringify(body) };
  };
  return createProof(settings, { http, clock: clock.read, sleep: clock.sleep, random: () => 0 });
}

describe('createProof', () => {
  it('introspects two made-up tokens: the server accepts the key and refuses a throw-away key with the same id', async () => {
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

  it('needs no throw-away key if the key is refused', async () => {
    const requests: HttpRequest[] = [];
    await expect(proofAt(REFUSED, REFUSED, requests)(key)).rejects.toMatchObject({ code: 'issuer_client_refused' });
    expect(requests).toHaveLength(1);
  });

  it.each<[string, ServerResponse]>([
    ['accepts', INACTIVE],
    ['reports every token as active, even one signed with', [200, { active: true }]],
  ])('proves nothing at a server that %s a throw-away key', async (_what, response) => {
    await expect(proofAt(INACTIVE, response)(key)).rejects.toMatchObject({
      name: 'ProofError',
      code: 'proof_worthless',
      message: expect.stringMatching(/also accepts .* throw-away key, where 401 invalid_client was expected/),
    });
  });

  it('proves nothing if the throw-away key gets no response', async () => {
    await expect(proofAt(INACTIVE, [503, {}])(key)).rejects.toMatchObject({ code: 'issuer_unavailable' });
    await expect(proofAt(INACTIVE, [404, {}])(key)).rejects.toMatchObject({ code: 'issuer_refused' });
  });

  it('reports a server where introspection is not enabled', async () => {
    await expect(proofAt([404, {}])(key)).rejects.toMatchObject({
      code: 'introspection_missing',
      message: expect.stringMatching(/the response was 404\. Introspection is not enabled.*or set rotationDays to 0/),
    });
  });

  it.each<[string, ServerResponse, string]>([
    ['refuses the client', REFUSED, 'issuer_client_refused'],
    ['responds with 500', [500, {}], 'issuer_unavailable'],
    ['responds with 403', [403, {}], 'issuer_refused'],
    ['responds with a malformed body', [200, { active: 'false' }], 'issuer_malformed'],
    ['reports that the token is active', [200, { active: true }], 'issuer_malformed'],
  ])('fails if the server %s', async (_what, response, code) => {
    await expect(proofAt(response)(key)).rejects.toMatchObject({ code });
  });
});

describe('createProof for several resource servers', () => {
  const target = { ...settings, audiences: ['https://old.api'] };
  const nameIn = ({ body }: HttpRequest): unknown => {
    const payload = String(JSON.parse(body ?? '').client_assertion).split('.')[1] ?? '';
    return JSON.parse(Buffer.from(payload, 'base64url').toString()).iss;
  };

  function proofWhere(refusing: string | undefined, requests: HttpRequest[]) {
    const clock = new FrozenClock();
    const http: HttpPort = async (request) => {
      requests.push(request);
      const isAccepted = assertionOf(request).isOurs && nameIn(request) !== refusing;
      const [status, body] = isAccepted ? INACTIVE : REFUSED;
      return { status, headers: {}, body: JSON.stringify(body) };
    };
    return createProof(target, { http, clock: clock.read, sleep: clock.sleep, random: () => 0 });
  }

  it('proves the key in the name of each', async () => {
    const requests: HttpRequest[] = [];
    await proofWhere(undefined, requests)(key);
    expect(requests.map(nameIn)).toEqual([
      'https://demo.api',
      'https://demo.api',
      'https://old.api',
      'https://old.api',
    ]);
  });

  it('fails if one of them does not have the key, and names it', async () => {
    await expect(proofWhere('https://old.api', [])(key)).rejects.toMatchObject({
      code: 'issuer_client_refused',
      message: expect.stringMatching(/^https:\/\/old\.api: The server refused the client assertion/),
    });
    await expect(proofWhere('https://demo.api', [])(key)).rejects.toMatchObject({ code: 'issuer_client_refused' });
  });
});
