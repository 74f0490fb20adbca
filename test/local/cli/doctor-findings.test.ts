/** `asp doctor`: what looks right at first sight and is not, and what it could not check. */
import { describe, expect, it } from 'vitest';
import type { HttpPort, HttpResponse } from '../../../src/core/http.ts';
import { generateSigningKey } from '../../../src/signing-key/generate-signing-key.ts';
import { certificatePem } from '../../../src/signing-key/signing-key.ts';
import { START_MS } from '../../support/cli/asp.ts';
import { type Chain, openChain } from '../../support/cli/chain.ts';

const DEMO_API_ID = 'a91000000000000000000003';

/** What an import of `auth0-deploy-cli` writes. */
function importKey({ local }: Chain, verificationKey: string | undefined): void {
  const { resourceServers } = local.tenant.state;
  const record = resourceServers.get(DEMO_API_ID);
  if (!record) throw new Error('The seed has no demo API.');
  resourceServers.set(DEMO_API_ID, { ...record, verificationKey });
}

async function checksOf(chain: Chain, args: readonly string[] = [], ports = {}) {
  const { code, stdout } = await chain.doctor(['--json', ...args], ports);
  const checks: readonly Readonly<Record<string, string>>[] = JSON.parse(stdout).checks;
  return { code, check: (id: string) => checks.find((check) => check.id === id) };
}

/** Changes the API's responses to requests with a credential. */
function apiResponding({ ports, local }: Chain, response: Partial<HttpResponse>, seen: string[] = []): HttpPort {
  return async (request) => {
    const real = await ports.http?.(request);
    if (!real) throw new Error('The chain has an HTTP port.');
    const { authorization } = request.headers;
    if (!request.url.startsWith(local.ready.gateway) || authorization === undefined) return real;
    seen.push(authorization);
    return { ...real, ...response };
  };
}

describe('asp doctor on the key', () => {
  it('names an old or revoked key that the tenant holds in place of the current one', async () => {
    const chain = await openChain();
    const old = await generateSigningKey(START_MS);
    importKey(chain, certificatePem(old));
    const { code, check } = await checksOf(chain);
    expect(check('key-on-record')).toMatchObject({
      state: 'failed',
      detail: expect.stringMatching(
        new RegExp(
          `^not everywhere .*\nit holds the key ${old.kid}, which may be an old or revoked key that an import`,
        ),
      ),
    });
    expect(code).toBe(1);
  });

  it('fails if the tenant holds no key, and accepts none', async () => {
    const chain = await openChain();
    importKey(chain, undefined);
    const { code, check } = await checksOf(chain);
    expect(check('key-on-record')).toMatchObject({ state: 'failed', detail: expect.stringMatching(/^not everywhere/) });
    expect(code).toBe(1);
  });
});

describe('asp doctor on the challenge of the API', () => {
  const BASIC = 'Basic realm="https://demo.api", charset="UTF-8"';
  const BEARER = 'Bearer realm="https://demo.api"';

  it.each([
    ['passes Bearer alone', [], BEARER, 'passed'],
    ['passes Bearer before Basic', [], `${BEARER}, ${BASIC}`, 'passed'],
    ['passes Basic first with basicTokenUsers', ['token'], `${BASIC}, ${BEARER}`, 'passed'],
    ['warns of Bearer alone with basicTokenUsers', ['token'], BEARER, 'warned'],
    ['warns of Bearer before Basic with basicTokenUsers', ['token'], `${BEARER}, ${BASIC}`, 'warned'],
    ['passes DPoP instead of Bearer', [], 'DPoP realm="https://demo.api", algs="ES256"', 'passed'],
    ['fails without Bearer and DPoP', [], BASIC, 'failed'],
  ])('%s', async (_, basicTokenUsers, challenge, state) => {
    const chain = await openChain();
    chain.write('cdk.json', JSON.stringify({ context: { basicTokenUsers } }));
    const http: HttpPort = async (request) => {
      const real = await chain.ports.http?.(request);
      if (!real) throw new Error('The chain has an HTTP port.');
      return { ...real, headers: { ...real.headers, 'www-authenticate': challenge } };
    };
    const { check } = await checksOf(chain, [], { http });
    expect(check('deployed-api')).toMatchObject({ state });
    expect(check('api-tokens')).toMatchObject({ state: state === 'failed' ? 'skipped' : 'passed' });
  });
});

describe('asp doctor on the API', () => {
  it('sends a new password of sixteen letters each time, so that no cache and no other issuer responds', async () => {
    const chain = await openChain();
    const seen: string[] = [];
    for (const _ of [1, 2]) await checksOf(chain, [], { http: apiResponding(chain, {}, seen) });
    expect(new Set(seen).size).toBe(2);
    for (const authorization of seen) expect(authorization).toMatch(/^Bearer [A-Z]{16}$/);
  });

  it.each([
    [200, 'failed', /200 .*\n.*accepts a token that nobody issued/],
    [403, 'failed', /403 .*\n.*a firewall or a proxy/],
    [429, 'skipped', /^not checked: 429, the API limits the rate/],
    [500, 'failed', /500 .*\n.*another key than the tenant has/],
  ])('judges a response of %i to a token that nobody issued as %s', async (status, state, message) => {
    const chain = await openChain();
    const { check } = await checksOf(chain, [], { http: apiResponding(chain, { status }) });
    const { detail, fix } = check('api-tokens') ?? {};
    expect(check('api-tokens')?.state).toBe(state);
    expect([detail, fix].filter(Boolean).join('\n')).toMatch(message);
  });
});

describe('asp doctor on logins', () => {
  it.each(['nope', 'Disabled'])('finds that the connection %s does not work, without a login', async (name) => {
    const chain = await openChain();
    chain.local.tenant.requestLog.clear();
    const { check } = await checksOf(chain, ['--connection', name]);
    expect(check('default-connection')).toMatchObject({ state: 'failed' });
    // The token of the Management API only.
    expect(chain.local.calls('/oauth/token')).toBe(1);
  });

  it('reports that it did not check a connection whose clients the tenant does not show', async () => {
    const chain = await openChain();
    const { connections } = chain.local.tenant.state;
    for (const record of connections.values())
      connections.set(record.id, { ...record, enabled_clients: undefined as never });
    const { code, check } = await checksOf(chain, ['--connection', 'Disabled']);
    expect(check('default-connection')).toMatchObject({
      state: 'skipped',
      detail: 'not checked: the tenant does not show which clients may use the connection "Disabled"',
    });
    expect(code).toBe(0);
  });

  it('reports that it did not check the logins of a deployment whose client it does not know', async () => {
    const chain = await openChain();
    chain.write('cdk.json', JSON.stringify({ context: { passwordGrantSecret: 'auth0/password' } }));
    const environment = { AUTH0_PASSWORD_CLIENT_ID: '' };
    const run = await chain.asp(['doctor', '--key', 'key.json'], { environment, ports: chain.ports });
    expect(run.stdout.match(/^- .*: not checked: the deployment has a passwordGrantSecret.*$/gm)).toHaveLength(3);
    expect(run.code).toBe(0);
  });

  it('warns that no login is for an organization', async () => {
    const chain = await openChain();
    chain.write('cdk.json', JSON.stringify({ context: { allowedOrganizations: ['org_1'] } }));
    const { code, check } = await checksOf(chain);
    expect(check('password-grant')).toMatchObject({
      state: 'warned',
      detail: expect.stringContaining('refuses every login with a password (organization_refused)'),
    });
    expect(code).toBe(0);
  });

  it('does not blame a client whose grant types the tenant does not show', async () => {
    const chain = await openChain();
    const { clients } = chain.local.tenant.state;
    const record = clients.get('local-password-client');
    if (record) clients.set(record.client_id, { ...record, grant_types: undefined as never });
    const { code, check } = await checksOf(chain);
    expect(check('password-grant')?.detail).toMatch(/^not checked: the tenant does not show the grant types/);
    expect(code).toBe(0);
  });
});
