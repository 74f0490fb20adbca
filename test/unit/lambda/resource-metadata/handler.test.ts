/** The function that serves the metadata of an HTTP API. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const DOCUMENT = {
  resource: 'https://api.example',
  authorization_servers: ['https://tenant.auth0.com/'],
  scopes_supported: ['read:foo'],
  bearer_methods_supported: ['header'],
};

async function handlerWith(config: unknown) {
  vi.resetModules();
  vi.stubEnv('CONFIG', JSON.stringify(config));
  return (await import('../../../../lambda/resource-metadata/handler.ts')).handler;
}

afterEach(() => vi.unstubAllEnvs());

describe('the function that serves the metadata', () => {
  let handler: Awaited<ReturnType<typeof handlerWith>>;
  beforeEach(async () => {
    handler = await handlerWith({ document: DOCUMENT });
  });

  const requestOf = (method: string) => ({ version: '2.0', requestContext: { http: { method } } });

  it('responds with the document, which every page may read and cache', async () => {
    const { statusCode, headers, body } = await handler(requestOf('GET'));
    expect(statusCode).toBe(200);
    expect(headers).toEqual({
      'Content-Type': 'application/json',
      'Cache-Control': 'public, max-age=300',
      'Access-Control-Allow-Origin': '*',
    });
    expect(JSON.parse(body)).toEqual(DOCUMENT);
  });

  it('lets a page send any header', async () => {
    const { statusCode, headers } = await handler(requestOf('OPTIONS'));
    expect(statusCode).toBe(204);
    expect(headers).toMatchObject({ 'Access-Control-Allow-Origin': '*', 'Access-Control-Allow-Headers': '*' });
  });

  it('refuses every other event, whatever it holds', async () => {
    expect((await handler(requestOf('POST'))).statusCode).toBe(405);
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (event) => {
        expect((await handler(event)).statusCode).toBe(405);
      }),
    );
  });
});

describe('the configuration of this function', () => {
  it.each([{}, { document: {} }, { document: { ...DOCUMENT, authorization_servers: 'https://tenant.auth0.com/' } }])(
    'must hold a document: %j',
    async (config) => {
      await expect(handlerWith(config)).rejects.toThrow(/The CONFIG of the metadata has/);
    },
  );
});
