import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPageHandler } from '../../../../lambda/app-passwords-page/create-handler.ts';

const FILES = new Map([
  ['index.html', '<!doctype html>'],
  ['app.js', 'run();'],
  ['secret.pem', 'key'],
]);
const CONFIGURATION = {
  issuer: 'https://login.example.com/tenant/',
  audience: 'https://demo.api',
  clientId: 'page',
  scopes: ['read:foo'],
  scopeDescriptions: { 'read:foo': 'Read foos' },
};
const handle = createPageHandler({ configuration: CONFIGURATION, files: FILES });

const start = (members = {}) => handle({ httpMethod: 'GET', requestContext: { path: '/prod/' }, ...members });
const asset = (name: string, members = {}) =>
  handle({ httpMethod: 'GET', pathParameters: { asset: name }, requestContext: { path: `/prod/${name}` }, ...members });

describe('the page of app passwords', () => {
  it('is served at the root, with its files beside it', async () => {
    expect(await start()).toMatchObject({
      statusCode: 200,
      headers: { 'Content-Type': 'text/html; charset=utf-8' },
      body: '<!doctype html>',
    });
    expect(await asset('app.js')).toMatchObject({
      statusCode: 200,
      headers: { 'Content-Type': 'text/javascript; charset=utf-8' },
      body: 'run();',
    });
  });

  it('is told who the issuer is and which scopes there are', async () => {
    const { headers, body } = await asset('config.json');
    expect(headers['Content-Type']).toBe('application/json');
    expect(JSON.parse(body)).toEqual(CONFIGURATION);
  });

  it('describes the API beside it', async () => {
    const { headers, body } = await asset('openapi.json');
    expect(headers['Content-Type']).toBe('application/json');
    expect(JSON.parse(body)).toMatchObject({ openapi: '3.1.0', servers: [{ url: '.' }] });
  });

  it('may load and call its own origin and the issuer, and nothing else', async () => {
    const { headers } = await start();
    expect(headers['Content-Security-Policy']).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self' https://login.example.com; worker-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
    );
  });

  it.each([
    ['the page', start],
    ['a file', () => asset('app.js')],
    ['a file that does not exist', () => asset('other.js')],
    ['another method', () => start({ httpMethod: 'POST' })],
    ['a known version', () => start({ headers: { 'If-None-Match': '*' } })],
    ['a redirect', () => start({ requestContext: { path: '/prod' } })],
  ])('sends the headers that protect it with %s', async (_, request) => {
    expect((await request()).headers).toMatchObject({
      'Content-Security-Policy': expect.stringContaining("default-src 'none'"),
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Permissions-Policy': expect.stringContaining('camera=()'),
      'Referrer-Policy': 'no-referrer',
      'Strict-Transport-Security': expect.stringContaining('max-age='),
      'X-Content-Type-Options': 'nosniff',
      'X-Frame-Options': 'DENY',
    });
  });

  it('is revalidated each time, and not sent again if it is known', async () => {
    const { headers } = await start();
    expect(headers['Cache-Control']).toBe('no-cache');
    const tag = headers.ETag ?? '';
    expect((await asset('app.js')).headers.ETag).not.toBe(tag);
    for (const known of [tag, `W/${tag}`, `"other", ${tag}`, '*']) {
      expect(await start({ headers: { 'if-none-match': known } })).toMatchObject({ statusCode: 304, body: '' });
    }
    expect((await start({ headers: { 'If-None-Match': '"other"' } })).statusCode).toBe(200);
  });

  it('has no body in the response to HEAD', async () => {
    const { headers } = await start();
    expect(await start({ httpMethod: 'HEAD' })).toEqual({ statusCode: 200, headers, body: '' });
  });

  it('redirects to its URL with the final slash, which its relative URLs need', async () => {
    const redirect = await start({ requestContext: { path: '/prod' } });
    expect(redirect).toMatchObject({ statusCode: 308, headers: { Location: './prod/' } });
    expect(new URL('./prod/', 'https://a.example/prod').pathname).toBe('/prod/');
    expect((await start({ requestContext: { path: '/' } })).statusCode).toBe(200);
  });

  it('never redirects to another site', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.webUrl(), fc.string(), fc.webPath()), async (path) => {
        const { headers } = await start({ requestContext: { path } });
        const location = headers.Location ?? './';
        expect(new URL(location, 'https://own.example/').origin).toBe('https://own.example');
      }),
    );
  });

  it.each(['secret.pem', 'index.js', '../index.html', 'constructor', '__proto__', '', 'app-passwords/x'])(
    'does not serve %j',
    async (name) => {
      expect(await asset(name)).toMatchObject({
        statusCode: 404,
        headers: { 'Content-Type': 'application/problem+json', 'Cache-Control': 'no-store' },
      });
    },
  );

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS', undefined])('refuses %s', async (httpMethod) => {
    expect(await start({ httpMethod })).toMatchObject({ statusCode: 405, headers: { Allow: 'GET, HEAD' } });
  });

  it('responds to every event, and only with what it was given', async () => {
    const bodies = new Set([...FILES.values()].slice(0, 2));
    await fc.assert(
      fc.asyncProperty(fc.anything(), async (event) => {
        const { statusCode, body } = await handle(event);
        expect(statusCode === 200 ? bodies.has(body) || body === '' : [304, 308, 404, 405].includes(statusCode)).toBe(
          true,
        );
      }),
    );
  });
});
