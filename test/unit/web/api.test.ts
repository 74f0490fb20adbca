import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Api, ApiFailure } from '../../../web/app-passwords/api.ts';
import { SessionEnded } from '../../../web/app-passwords/session-ended.ts';

const WANTED = { label: 'NAS', scopes: ['read:foo'] };
const CREATED = { id: 'asp_1', label: 'NAS', scopes: ['read:foo'], value: 'secret' };

type Send = typeof fetch;

function respondingWith(status: number, body: string): Send {
  return async () => new Response(body, { status });
}

function apiThat(send: Send, isOnline = () => true, token = async () => 'token'): Api {
  return new Api('https://page.example/prod/', { send, isOnline, token });
}

const failing: Send = async () => {
  throw new TypeError('Failed to fetch');
};

async function codeOf(result: Promise<unknown>): Promise<unknown> {
  return result.then(
    () => 'no failure',
    (error: unknown) => (error instanceof ApiFailure ? error.code : error),
  );
}

describe('the client of the self-service API', () => {
  it('reads what was created', async () => {
    const created = await apiThat(respondingWith(201, JSON.stringify(CREATED))).create(WANTED);
    expect(created).toMatchObject({ ...CREATED, createdAt: undefined });
  });

  it.each([
    ['a timeout of the gateway', respondingWith(504, '{"message":"Endpoint request timed out"}')],
    ['a function that broke', respondingWith(502, '{"message":"Internal server error"}')],
    ['an error of the gateway', respondingWith(500, '<html>')],
    ['an error of the function', respondingWith(500, '{"code":"unexpected"}')],
    ['a body that was cut', respondingWith(201, '{"id":"asp_1","lab')],
    ['a body without the value', respondingWith(201, JSON.stringify({ ...CREATED, value: undefined }))],
    ['a body that is no object', respondingWith(201, '[]')],
    ['a lost connection', failing],
  ])('does not know whether something was created after %s', async (_what, send) => {
    expect(await codeOf(apiThat(send).create(WANTED))).toBe('create_unknown');
    expect(await codeOf(apiThat(send).list())).not.toBe('create_unknown');
  });

  it('does not know it either if the connection ends during the request', async () => {
    let isOnline = true;
    const send: Send = async () => {
      isOnline = false;
      throw new TypeError('Failed to fetch');
    };
    expect(await codeOf(apiThat(send, () => isOnline).create(WANTED))).toBe('create_unknown');
  });

  it.each([
    [502, '{"code":"tenant_refused"}', 'tenant_refused'],
    [503, '{"code":"tenant_throttled"}', 'tenant_throttled'],
    [503, '{"title":"Service Unavailable"}', 'unavailable'],
    [404, '{}', 'unexpected'],
    [429, '', 'rate_limited'],
  ])('knows that nothing was created after %i %s', async (status, body, code) => {
    expect(await codeOf(apiThat(respondingWith(status, body)).create(WANTED))).toBe(code);
  });

  it('knows that nothing was created without a connection', async () => {
    expect(await codeOf(apiThat(failing, () => false).create(WANTED))).toBe('unreachable');
  });

  it.each([
    [new TypeError('Failed to fetch'), true, 'tenant_unavailable'],
    [new TypeError('Failed to fetch'), false, 'unreachable'],
    [new SessionEnded(), true, 'session_ended'],
  ])('says why there is no token: %s, online %s', async (error, isOnline, code) => {
    const api = apiThat(
      respondingWith(200, '{}'),
      () => isOnline,
      () => Promise.reject(error),
    );
    expect(await codeOf(api.list())).toBe(code);
    expect(await codeOf(api.create(WANTED))).toBe(code);
  });

  it('fails with a code for every response, and never creates without a value', async () => {
    const bodies = fc.oneof(
      fc.json(),
      fc.string(),
      fc
        .record({ ...anyOf(CREATED), createdAt: fc.jsonValue() }, { requiredKeys: [] })
        .map((body) => JSON.stringify(body)),
    );
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 200, max: 599 }), bodies, async (status, body) => {
        const isEmpty = [204, 205, 304].includes(status);
        const api = apiThat(async () => new Response(isEmpty ? null : body, { status }));
        const result = await api.create(WANTED).catch((error: unknown) => error);
        if (result instanceof ApiFailure) expect(result.code).toMatch(/./);
        else expect(result).toMatchObject({ id: expect.any(String), value: expect.any(String) });
      }),
    );
  });
});

function anyOf<Shape extends object>(values: Shape) {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, fc.oneof(fc.constant(value), fc.jsonValue())]),
  );
}
