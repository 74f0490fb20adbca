import { beforeEach, describe, expect, it } from 'vitest';
import { runCheckWellKnown } from '../../../src/cli/commands/check-well-known.ts';
import { UsageError } from '../../../src/cli/operation.ts';
import { HttpFailure, type HttpPort } from '../../../src/core/http.ts';

const JWKS_URL = 'https://keys.example/prod/.well-known/jwks.json';
const URL_OF_IDENTIFIER = 'https://demo.api/.well-known/jwks.json';
const key = (kid: string) => ({ kty: 'RSA', kid, alg: 'RS256', use: 'sig', n: `n-${kid}`, e: 'AQAB' });
const served = (...kids: string[]) => answer(200, { keys: kids.map(key) }, 'public, max-age=300');

let printed: string[];
let answers: Record<string, Awaited<ReturnType<HttpPort>> | HttpFailure>;

beforeEach(() => {
  printed = [];
  answers = { [JWKS_URL]: served('key-1'), [URL_OF_IDENTIFIER]: served('key-1') };
});

function answer(status: number, body: unknown, cacheControl = '') {
  return {
    status,
    headers: { 'cache-control': cacheControl },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  };
}

const http: HttpPort = async ({ url }) => {
  const found = answers[url] ?? answer(404, '');
  if (found instanceof HttpFailure) throw found;
  return found;
};
const ports = { http, print: (line: string) => printed.push(line), report: () => {} };
const run = (...args: string[]) =>
  runCheckWellKnown(['--audience', 'https://demo.api/v1', '--jwks-url', JWKS_URL, ...args], ports);

describe('npm run check-well-known', () => {
  it('finds our keys at the origin of the identifier', async () => {
    expect(await run()).toBe(0);
    expect(printed).toEqual([`${URL_OF_IDENTIFIER} serves our keys.`]);
  });

  it('does not mind the keys of others beside ours', async () => {
    answers[URL_OF_IDENTIFIER] = served('other', 'key-1');
    expect(await run()).toBe(0);
  });

  it.each([
    ['nothing is there', answer(404, ''), /is answered with 404, wanted 200. Point it at https:\/\/keys.example/],
    ['it redirects', answer(302, ''), /redirects are not followed/],
    ['it is no JSON', answer(200, '<html>'), /is no JWKS/],
    [
      'it cannot be reached',
      new HttpFailure('connection', 'The connection broke.'),
      /cannot be reached: The connection/,
    ],
    ['it is a copy of before', served('key-0'), /^It lacks our key "key-1". Let the origin pass requests on/],
    [
      'it has another key of that name',
      answer(200, { keys: [{ ...key('key-1'), n: 'other' }] }),
      /lacks our key "key-1"/,
    ],
    ['it is kept for longer', answer(200, { keys: [key('key-1')] }, 'max-age=3600'), /for 3600 s, ours for 300 s/],
    ['it shows a private key', answer(200, { keys: [{ ...key('key-1'), d: 'CANARY' }] }), /serves a PRIVATE key/],
  ])('says what is wrong and the mend when %s', async (_what, found, expected) => {
    answers[URL_OF_IDENTIFIER] = found;
    expect(await run()).toBe(1);
    expect(printed).toEqual([expect.stringMatching(expected)]);
    expect(printed.join()).not.toContain('CANARY');
  });

  it('says so when it is our own JWKS that is wrong', async () => {
    answers[JWKS_URL] = answer(503, '');
    expect(await run()).toBe(1);
    expect(printed).toEqual([expect.stringContaining(`Our own JWKS at ${JWKS_URL} is answered with 503`)]);
  });

  it('prints one JSON object', async () => {
    answers[URL_OF_IDENTIFIER] = served('key-0');
    expect(await run('--json')).toBe(1);
    expect(JSON.parse(printed.join())).toEqual({ url: URL_OF_IDENTIFIER, ok: false, faults: [expect.any(String)] });
  });

  it('prints help', async () => {
    expect(await run('--help')).toBe(0);
    expect(printed.join()).toContain('Usage: npm run check-well-known');
  });

  it.each([
    [[]],
    [['--audience', 'urn:demo', '--jwks-url', JWKS_URL]],
    [['--audience', 'https://demo.api', '--jwks-url', 'here']],
    [['--audience', 'https://demo.api', '--jwks-url', JWKS_URL, '--verbose']],
  ])('refuses %j', async (args) => {
    await expect(runCheckWellKnown(args, ports)).rejects.toBeInstanceOf(UsageError);
  });

  it('does not ask over plain http', async () => {
    await runCheckWellKnown(['--audience', 'http://demo.api', '--jwks-url', JWKS_URL], ports);
    expect(printed).toEqual([expect.stringContaining('http://demo.api/.well-known/jwks.json is no https URL')]);
  });
});
