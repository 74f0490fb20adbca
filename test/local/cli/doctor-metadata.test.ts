/** `asp doctor`: whether clients find the issuer by themselves. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { issuerMetadataUrls, metadataFault } from '../../../src/cli/doctor/resource-metadata-check.ts';
import { HttpFailure, type HttpPort, type HttpResponse } from '../../../src/core/http.ts';
import { type Chain, openChain } from '../../support/cli/chain.ts';

const METADATA = '/.well-known/oauth-protected-resource';
const ISSUER_METADATA = '/.well-known/oauth-authorization-server';
const OPENID = '/.well-known/openid-configuration';

async function metadataCheck(chain: Chain, http?: HttpPort) {
  const { code, stdout } = await chain.doctor(['--json'], http ? { http } : {});
  const checks: readonly Readonly<Record<string, string>>[] = JSON.parse(stdout).checks;
  return { code, check: checks.find(({ id }) => id === 'resource-metadata') };
}

type Change = (response: HttpResponse) => Partial<HttpResponse>;

/** Changes the responses for some paths. */
function responding({ ports }: Chain, changes: Readonly<Record<string, Change>>): HttpPort {
  return async (request) => {
    const real = await ports.http?.(request);
    if (!real) throw new Error('The chain has an HTTP port.');
    return { ...real, ...changes[new URL(request.url).pathname]?.(real) };
  };
}

const status =
  (code: number): Change =>
  () => ({ status: code });
const members =
  (change: object): Change =>
  ({ body }) => ({ body: JSON.stringify({ ...JSON.parse(body), ...change }) });

describe('asp doctor on the metadata of the API', () => {
  it('follows it to the issuer', async () => {
    const chain = await openChain();
    const { code, check } = await metadataCheck(chain);
    const { gateway, issuer } = chain.local.ready;
    const detail = `${gateway}.well-known/oauth-protected-resource leads to ${issuer}.well-known/oauth-authorization-server`;
    expect(check).toMatchObject({ state: 'passed', detail });
    expect(code).toBe(0);
  });

  it('looks for the issuer’s own in the second place, too', async () => {
    const chain = await openChain();
    const { check } = await metadataCheck(chain, responding(chain, { [ISSUER_METADATA]: status(404) }));
    expect(check).toMatchObject({ state: 'passed', detail: expect.stringContaining(OPENID) });
  });

  it.each<[string, string, Readonly<Record<string, Change>>, RegExp]>([
    [
      'a URL that does not reach the API',
      'failed',
      { [METADATA]: status(403) },
      /responds with 403.*\n.*base path, or with CloudFront/,
    ],
    ['something else at the URL', 'failed', { [METADATA]: () => ({ body: '<html>' }) }, /is not a JSON object/],
    [
      'another resource',
      'failed',
      { [METADATA]: members({ resource: 'https://other' }) },
      /resource is "https:\/\/other"/,
    ],
    [
      'an issuer without its final slash',
      'failed',
      { [METADATA]: ({ body }) => ({ body: body.replace(/(:\d+)\/"]/, '$1"]') }) },
      /expected exactly .*\/ among them/,
    ],
    [
      'a proxy that drops the CORS header',
      'warned',
      { [METADATA]: () => ({ headers: {} }) },
      /does not let every page.*\n.*browser/,
    ],
    [
      'an issuer that names itself otherwise',
      'failed',
      { [ISSUER_METADATA]: members({ issuer: 'https://other/' }) },
      /names the issuer "https:\/\/other\/", expected exactly .*\n.*final slash/,
    ],
    [
      'an issuer without metadata',
      'failed',
      { [ISSUER_METADATA]: status(404), [OPENID]: status(404) },
      /do not have the metadata of the issuer\n.*RFC 8414/,
    ],
  ])('finds %s', async (_what, state, changes, message) => {
    const chain = await openChain();
    const { check } = await metadataCheck(chain, responding(chain, changes));
    expect(check?.state).toBe(state);
    expect(`${check?.detail}\n${check?.fix}`).toMatch(message);
  });

  it('reports that the URL cannot be reached', async () => {
    const chain = await openChain();
    const http: HttpPort = async (request) => {
      if (request.url.endsWith(METADATA)) throw new HttpFailure('timeout', 'No response.');
      return responding(chain, {})(request);
    };
    const { check } = await metadataCheck(chain, http);
    expect(check).toMatchObject({
      state: 'failed',
      detail: expect.stringContaining('cannot be reached: No response.'),
    });
  });

  it('is skipped if the deployment has none', async () => {
    const chain = await openChain();
    chain.write('cdk.json', '{}');
    expect((await metadataCheck(chain)).check).toMatchObject({
      state: 'skipped',
      detail: 'skipped: resourceMetadata is off',
    });
  });
});

describe('the comparison of the metadata', () => {
  const expected = { publicUrl: 'https://api.example', issuer: 'https://tenant.auth0.com/' };

  it('accepts exactly the documents that name both, whatever else they hold', () => {
    const server = fc.oneof(fc.constant(expected.issuer), fc.constant('https://tenant.auth0.com'), fc.jsonValue());
    const servers = fc.oneof(fc.array(server), fc.jsonValue());
    const resource = fc.oneof(fc.constant(expected.publicUrl), fc.constant('https://api.example/'), fc.jsonValue());
    fc.assert(
      fc.property(resource, servers, (one, others) => {
        const fault = metadataFault({ resource: one, authorization_servers: others }, expected);
        const isRight = one === expected.publicUrl && Array.isArray(others) && others.includes(expected.issuer);
        expect(fault === undefined).toBe(isRight);
      }),
    );
  });
});

describe('where the metadata of an issuer is', () => {
  it.each([
    ['https://tenant.auth0.com/', '', ''],
    ['https://as.example/realms/one', '/realms/one', '/realms/one'],
    ['https://as.example/realms/one/', '/realms/one', '/realms/one'],
  ])('depends on its path: %s', (issuer, after, before) => {
    const { origin } = new URL(issuer);
    expect(issuerMetadataUrls(issuer)).toEqual([
      `${origin}/.well-known/oauth-authorization-server${after}`,
      `${origin}${before}/.well-known/openid-configuration`,
    ]);
  });
});
