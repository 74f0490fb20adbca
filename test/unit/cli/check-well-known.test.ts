import { beforeEach, describe, expect, it } from 'vitest';
import { HttpFailure, type HttpPort } from '../../../src/core/http.ts';
import { openWorkshop } from '../../support/cli/asp.ts';

const JWKS_URL = 'https://keys.example/prod/.well-known/jwks.json';
const URL_OF_IDENTIFIER = 'https://demo.api/.well-known/jwks.json';
const key = (kid: string) => ({ kty: 'RSA', kid, alg: 'RS256', use: 'sig', n: `n-${kid}`, e: 'AQAB' });
const served = (...kids: string[]) => response(200, { keys: kids.map(key) }, 'public, max-age=300');

let responses: Record<string, Awaited<ReturnType<HttpPort>> | HttpFailure>;

beforeEach(() => {
  responses = { [JWKS_URL]: served('key-1'), [URL_OF_IDENTIFIER]: served('key-1') };
});

function response(status: number, body: unknown, cacheControl = '') {
  return {
    status,
    headers: { 'cache-control': cacheControl },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  };
}

const http: HttpPort = async ({ url }) => {
  const found = responses[url] ?? response(404, '');
  if (found instanceof HttpFailure) throw found;
  return found;
};

const runWith = (args: readonly string[], files: Readonly<Record<string, string>> = {}) => {
  const workshop = openWorkshop();
  for (const [file, text] of Object.entries(files)) workshop.write(file, text);
  return workshop.asp(['check-well-known', ...args], { ports: { http } });
};
const run = (...args: string[]) => runWith(['--audience', 'https://demo.api/v1', '--jwks-url', JWKS_URL, ...args]);

const TWO_DEPLOYMENTS = JSON.stringify({
  Staging: { JwksUrl: 'https://a.example/' },
  Production: { JwksUrl: 'https://b.example/' },
});

describe('asp check-well-known', () => {
  it('finds our keys at the origin of the identifier', async () => {
    expect(await run()).toMatchObject({ code: 0, stdout: `${URL_OF_IDENTIFIER} serves our keys.\n`, stderr: '' });
  });

  it('accepts additional keys', async () => {
    responses[URL_OF_IDENTIFIER] = served('other', 'key-1');
    expect((await run()).code).toBe(0);
  });

  it.each([
    [
      'there is no document',
      response(404, ''),
      /responds with 404, expected 200\. Point it at https:\/\/keys\.example/,
    ],
    ['it redirects', response(302, ''), /redirects are not followed/],
    ['it is not JSON', response(200, '<html>'), /is not a JWKS/],
    [
      'it cannot be reached',
      new HttpFailure('connection', 'The connection broke.'),
      /cannot be reached: The connection/,
    ],
    ['it is an old copy', served('key-0'), /^It lacks our key "key-1"\. Let the origin forward requests/],
    [
      'it has another key with the same id',
      response(200, { keys: [{ ...key('key-1'), n: 'other' }] }),
      /lacks our key "key-1"/,
    ],
    [
      'caches may keep it for longer',
      response(200, { keys: [key('key-1')] }, 'max-age=3600'),
      /max-age is 3600 s, that of our own JWKS is 300 s/,
    ],
    ['it shows a private key', response(200, { keys: [{ ...key('key-1'), d: 'CANARY' }] }), /serves a PRIVATE key/],
  ])('reports the fault and its fix if %s', async (_what, found, expected) => {
    responses[URL_OF_IDENTIFIER] = found;
    const { code, stdout, stderr } = await run();
    expect(code).toBe(1);
    expect(stdout.split('\n')).toEqual([expect.stringMatching(expected), '']);
    expect(stderr).toBe('The check failed. Fix the faults, then run it again.\n');
    expect(stdout).not.toContain('CANARY');
  });

  it('reports that our own JWKS is wrong', async () => {
    responses[JWKS_URL] = response(503, '');
    const { code, stdout } = await run();
    expect(code).toBe(1);
    expect(stdout).toContain(`Our own JWKS at ${JWKS_URL} responds with 503`);
    expect(stdout.trimEnd()).not.toContain('\n');
  });

  it('prints one JSON object', async () => {
    responses[URL_OF_IDENTIFIER] = served('key-0');
    const { code, stdout, stderr } = await run('--json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toEqual({ url: URL_OF_IDENTIFIER, ok: false, faults: [expect.any(String)] });
    expect(JSON.parse(stderr)).toEqual({ error: { code: 'checks_failed', message: expect.any(String) } });
  });

  it('prints help', async () => {
    const { code, stdout } = await runWith(['--help']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Usage: asp check-well-known \[OPTIONS\]\n/);
  });

  it('reads both URLs from the files of a deployment', async () => {
    const files = {
      'cdk.json': JSON.stringify({ context: { audience: 'https://demo.api' } }),
      'cdk-outputs.json': JSON.stringify({ KeyStack: { JwksUrl: JWKS_URL } }),
    };
    expect(await runWith([], files)).toMatchObject({ code: 0, stdout: `${URL_OF_IDENTIFIER} serves our keys.\n` });
  });

  it('needs no file if both addresses are given, even if the files are broken', async () => {
    const files = { 'cdk.json': '// a comment', 'cdk-outputs.json': TWO_DEPLOYMENTS };
    const args = ['--audience', 'https://demo.api', '--jwks-url', JWKS_URL];
    expect(await runWith(args, files)).toMatchObject({ code: 0, stdout: `${URL_OF_IDENTIFIER} serves our keys.\n` });
  });

  it.each<[string, readonly string[], RegExp]>([
    ['a command without settings', [], /^The setting "audience" is missing/],
    ['an identifier that is not a URL', ['--audience', 'urn:demo', '--jwks-url', JWKS_URL], /"audience" is wrong/],
    ['a JWKS URL that is not a URL', ['--audience', 'https://demo.api', '--jwks-url', 'here'], /"jwksUrl" is wrong/],
    ['a mistyped option', ['--audiense', 'x'], /There is no option --audiense; the nearest is --audience/],
  ])('refuses %s', async (_, args, message) => {
    const { code, stdout, stderr } = await runWith(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
  });

  it('does not send a request over plain http', async () => {
    const { stdout } = await runWith(['--audience', 'http://demo.api', '--jwks-url', JWKS_URL]);
    expect(stdout).toContain('http://demo.api/.well-known/jwks.json is not an https URL');
  });
});
