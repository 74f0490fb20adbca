/** `asp doctor`: breaks each link of the chain once, and expects the report with its fix. */
import { describe, expect, it } from 'vitest';
import type { Ports } from '../../../src/cli/ports.ts';
import { HttpFailure, type HttpPort } from '../../../src/core/http.ts';
import { generateSigningKey } from '../../../src/signing-key/generate-signing-key.ts';
import { certificatePem } from '../../../src/signing-key/signing-key.ts';
import type { Run } from '../../support/cli/asp.ts';
import { ALL, type Chain, client, openChain } from '../../support/cli/chain.ts';
import { signingJwk, takeScope } from '../../support/cli/tenant.ts';
import type { LocalForTest } from '../../support/local/start.ts';

describe('asp doctor', () => {
  it('passes every link of a working chain, in order, and exits with 0', async () => {
    const { doctor, local } = await openChain();
    const before = local.tenant.snapshot();
    const { code, stdout, stderr } = await doctor();
    expect(stdout.match(/^./gmu)).toEqual(ALL.map(() => '✓'));
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(local.tenant.snapshot()).toBe(before);
  });

  it('requests one Management API token for all checks', async () => {
    const { doctor, local } = await openChain();
    local.tenant.requestLog.clear();
    await doctor();
    expect(local.tenant.requestLog.find('POST', '/oauth/token')).toHaveLength(1);
  });

  it('skips what is not part of the chain', async () => {
    const { asp, ports } = await openChain();
    const environment = { AUTH0_PASSWORD_CLIENT_ID: '', ASP_API_URL: '' };
    const { code, stdout } = await asp(['doctor', '--key', 'key.json'], { environment, ports });
    expect(stdout.match(/^- .*$/gm)).toEqual([
      expect.stringContaining('The password grant is enabled: skipped: no AUTH0_PASSWORD_CLIENT_ID'),
      expect.stringContaining('There is a connection to log in to: skipped: no AUTH0_PASSWORD_CLIENT_ID'),
      expect.stringContaining("The tenant trusts the caller's address: skipped: no AUTH0_PASSWORD_CLIENT_ID"),
      expect.stringContaining('The API requires a credential: not checked: no API is configured'),
      '- The API can check tokens: skipped: needs deployed-api',
    ]);
    expect(code).toBe(0);
  });

  it('reports every fault of the configuration, and that nothing else was checked', async () => {
    const { asp } = await openChain();
    const environment = { AUTH0_DOMAIN: 'http://tenant.example/', AUTH0_AUDIENCE: '' };
    const { code, stdout } = await asp(['doctor', '--key-format', 'der'], { environment });
    expect(stdout).toMatch(/^✗ The configuration is complete: /);
    expect(stdout).toMatch(/"issuer" is not a tenant's/);
    expect(stdout).toMatch(/"audience" is missing\. Give it as --audience, or as AUTH0_AUDIENCE/);
    expect(stdout).toMatch(/keyFormat: got "der"/);
    expect(stdout).toMatch(/There is no signing key at/);
    expect(stdout.match(/^- .*: skipped: needs configuration$/gm)).toHaveLength(ALL.length - 1);
    expect(code).toBe(1);
  });

  type Break = (chain: Chain) => { readonly args?: readonly string[]; readonly ports?: Partial<Ports> } | undefined;
  const settings = (chain: Chain, change: object) => Object.assign(chain.local.tenant.state.settings, change);
  const password = ({ local }: Chain, change: object) => {
    const record = local.tenant.state.clients.get('local-password-client');
    if (record) local.tenant.state.clients.set(record.client_id, { ...record, ...change });
    return undefined;
  };
  const fault = ({ local }: Chain, order: Parameters<LocalForTest['tenant']['faults']['add']>[0]) => {
    local.tenant.faults.add(order);
    return undefined;
  };
  const http =
    ({ ports }: Chain, change: (response: Awaited<ReturnType<HttpPort>>) => Awaited<ReturnType<HttpPort>>): HttpPort =>
    async (request) =>
      change(await (ports.http ?? client.send)(request));

  it.each<[string, Break, RegExp]>([
    [
      'dns',
      () => ({
        ports: {
          lookUpHost: async () => {
            throw Object.assign(new Error(), { code: 'ENOTFOUND' });
          },
        },
      }),
      /ENOTFOUND\nCheck the domain for typing errors/,
    ],
    [
      'tls',
      () => ({
        ports: {
          http: async () => {
            throw new HttpFailure('connection', 'The connection failed.', {
              cause: Object.assign(new Error(), { code: 'CERT_HAS_EXPIRED' }),
            });
          },
        },
      }),
      /\(CERT_HAS_EXPIRED\)\n.*NODE_EXTRA_CA_CERTS/,
    ],
    [
      'clock',
      (chain) => ({
        ports: {
          http: http(chain, (response) => ({
            ...response,
            headers: { ...response.headers, date: new Date(chain.clock.ms + 90_000).toUTCString() },
          })),
        },
      }),
      /this machine is 90 s behind\nSet the clock of this machine/,
    ],
    [
      'jwks',
      (chain) => fault(chain, { kind: 'body', body: { keys: [] }, path: '/.well-known/' }),
      /none of its keys is an asymmetric/,
    ],
    [
      'jwks',
      (chain) => fault(chain, { kind: 'status', status: 429, path: '/.well-known/' }),
      /the response for the JWKS is 429\nWait a little/,
    ],
    [
      'jwks',
      (chain) => fault(chain, { kind: 'status', status: 404, path: '/.well-known/' }),
      /the response for the JWKS is 404\nCheck that the issuer/,
    ],
    ['jwks', (chain) => fault(chain, { kind: 'garbage', path: '/.well-known/' }), /The JWKS is not an object/],
    [
      'management-client',
      () => ({ args: ['--client-id', 'nobody'] }),
      /refused the management client "nobody": got 401 invalid_client/,
    ],
    [
      'management-scopes',
      ({ local }) => void takeScope(local.tenant, 'update:resource_servers'),
      /it lacks update:resource_servers\nGive the client/,
    ],
    [
      'management-scopes',
      ({ local }) => void takeScope(local.tenant, 'read:client_grants'),
      /lacks a scope .* expected read:client_grants/,
    ],
    [
      'resource-server',
      () => ({ args: ['--audience', 'https://demo.ap'] }),
      /no resource server .* the nearest it has: "https:\/\/demo\.api"/,
    ],
    [
      'grant-scopes',
      ({ local }) => void takeScope(local.tenant, 'delete:user_application_passwords'),
      /lacks delete:user_application_passwords\n.*"asp setup" adds them/,
    ],
    [
      'introspection',
      (chain) => fault(chain, { kind: 'status', status: 404, path: '/oauth/introspect' }),
      /404: introspection is not enabled\n.*enabled for the tenant: ask Auth0/,
    ],
    [
      'introspection',
      (chain) =>
        fault(chain, { kind: 'status', status: 401, body: { error: 'invalid_client' }, path: '/oauth/introspect' }),
      /401 invalid_client: .*\n.*"asp setup" fixes it/,
    ],
    [
      'introspection',
      (chain) => fault(chain, { kind: 'body', body: { active: true }, path: '/oauth/introspect' }),
      /active:true for a token that nobody issued/,
    ],
    [
      'introspection',
      (chain) => fault(chain, { kind: 'status', status: 503, path: '/oauth/introspect' }),
      /responded with 503\. Check the tenant's URL/,
    ],
    ['password-grant', (chain) => password(chain, { grant_types: [] }), /may not use password\n.*Grant Types/],
    [
      'default-connection',
      (chain) => void settings(chain, { default_directory: '' }),
      /no default directory\n.*Default Directory/,
    ],
    [
      'forwarded-ip',
      (chain) => password(chain, { is_token_endpoint_ip_header_trusted: false }),
      /the tenant ignores auth0-forwarded-for .*\n.*Trust Token Endpoint IP Header/,
    ],
    [
      'deployed-api',
      ({ local }) => ({ args: ['--api-url', `${local.tenant.issuer}nowhere`] }),
      /404, expected 401\n.*including its stage/,
    ],
    ['deployed-api', () => ({ args: ['--api-url', 'http://api.example/'] }), /it is not an https URL/],
    [
      'default-connection',
      () => ({ args: ['--connection', 'nope'] }),
      /no connection "nope"\nName a database connection .* \(AUTH0_CONNECTION/,
    ],
    [
      'default-connection',
      () => ({ args: ['--connection', 'Disabled'] }),
      /"Disabled" is not enabled for local-password-client\nEnable it/,
    ],
  ])('reports that %s is broken', async (id, breakIt, message) => {
    const chain = await openChain();
    const { args = [], ports = {} } = breakIt(chain) ?? {};
    const { code, stdout, stderr } = await chain.doctor(['--json', ...args], ports);
    const checks: readonly Readonly<Record<string, string>>[] = JSON.parse(stdout).checks;
    const broken = checks.find((check) => check.state === 'failed');
    expect(`${broken?.detail}\n${broken?.fix}`).toMatch(message);
    expect(broken?.id).toBe(id);
    expect(code).toBe(1);
    expect(JSON.parse(stderr).error.message).toMatch(
      new RegExp(`^[1-9] of ${ALL.length} checks failed. Fix the first one first`),
    );
  });

  it('passes a connection that exists, and reports one that it may not look up as not checked', async () => {
    const { doctor, local } = await openChain();
    expect((await doctor(['--connection', 'Staff'])).stdout).toMatch(/^✓ There is a connection to log in to: Staff$/m);
    takeScope(local.tenant, 'read:connections');
    const { code, stdout } = await doctor(['--connection', 'Staff']);
    expect(stdout).toMatch(
      /^- There is a connection to log in to: not checked: the management client lacks read:connections, so "Staff" may/m,
    );
    expect(code).toBe(0);
  });

  it('fails if the API cannot check a token, although the tenant and its settings are right', async () => {
    const { doctor } = await openChain(await generateSigningKey(0));
    const { code, stdout } = await doctor();
    expect(stdout.match(/^[^✓ ].*$/gmu)).toEqual([
      '✗ The API can check tokens: 503 for a token that nobody issued, expected 401',
    ]);
    expect(stdout).toMatch(/it may sign with another key than the tenant has/);
    expect(code).toBe(1);
  });

  const api = ({ local }: Chain, changes: object) => {
    const record = [...local.tenant.state.resourceServers.values()].find(
      ({ identifier }) => identifier === 'https://demo.api',
    );
    if (!record) throw new Error('The seed has no demo API.');
    local.tenant.state.resourceServers.set(record.id, { ...record, ...changes });
  };

  it.each<[string, object, RegExp]>([
    [
      'HS256',
      { signing_alg: 'HS256' },
      /signing_alg is HS256: the authorizer refuses every JWT of this API \(algorithm_symmetric\)\n {2}Set the API's signing algorithm to RS256 or PS256/,
    ],
    ['an unknown algorithm', { signing_alg: 'XY256' }, /signing_alg is XY256/],
    [
      'permissions',
      { token_dialect: 'rfc9068_profile_authz' },
      /"permissions", which do not count .*\n {2}Set permissionsAsScopes/,
    ],
    ['an unknown dialect', { token_dialect: 'new' }, /token_dialect is new, which is unknown here/],
    [
      'encryption',
      { token_encryption: { format: 'compact-nested-jwe' } },
      /token_encryption is set: .*\(token_encrypted\)\n {2}Turn the encryption/,
    ],
    [
      'required binding',
      { proof_of_possession: { mechanism: 'dpop', required: true } },
      /every token is bound to its holder, .*\n {2}Set dpop to "accepted" and gatewayTtlSeconds to 0/,
    ],
    [
      'possible binding',
      { proof_of_possession: { mechanism: 'mtls', required: false } },
      /a token may be bound to its holder, .*\n {2}Set mtls to "accepted"/,
    ],
    [
      'a policy for users',
      { subject_type_authorization: { user: { policy: 'require_client_grant' } } },
      /user\.policy is require_client_grant: users get .*\n {2}Check that each client has a client grant/,
    ],
    ['a denial for users', { subject_type_authorization: { user: { policy: 'deny_all' } } }, /no user gets a token/],
  ])('warns of a setting with which tokens are refused, and still checks the key: %s', async (_, changes, message) => {
    const chain = await openChain();
    api(chain, changes);
    const { stdout } = await chain.doctor();
    expect(stdout).toMatch(/^! The authorizer can check the tokens of the API: /m);
    expect(stdout).toMatch(message);
    expect(stdout).toMatch(/^✓ The tenant has the public key/m);
  });

  it.each<[string, object]>([
    ['RFC 9068 tokens', { token_dialect: 'rfc9068_profile' }],
    ['null', { token_encryption: null, proof_of_possession: null, subject_type_authorization: null }],
    ['PSS', { signing_alg: 'PS256' }],
    ['no policy', { subject_type_authorization: { user: {}, client: { policy: 'deny_all' } } }],
    ['open policies', { subject_type_authorization: { user: { policy: 'allow_all' } } }],
  ])('does not warn of %s', async (_, changes) => {
    const chain = await openChain();
    api(chain, changes);
    expect((await chain.doctor()).stdout).toMatch(/^✓ The authorizer can check the tokens of the API: [RP]S256, /m);
  });

  it('warns of a key beside the current one, such as an old key that an import has restored', async () => {
    const chain = await openChain();
    const old = await generateSigningKey(0);
    const keys = [signingJwk, old].map((jwk) => ({ kid: jwk.kid, pem: certificatePem(jwk) }));
    api(chain, { verificationKey: undefined, verificationKeys: keys });
    const { code, stdout } = await chain.doctor();
    expect(stdout).toMatch(
      new RegExp(
        `^! The tenant has the public key: key ${signingJwk.kid}, and beside it ${old.kid}, .*\n {2}If another .*revoke-key`,
        'm',
      ),
    );
    expect(code).toBe(0);
  });

  it('warns of a tenant that does not show the key, and proves the key by an introspection', async () => {
    const { doctor, local } = await openChain();
    local.tenant.behaviour.hiddenProperties = ['verificationKey'];
    const { code, stdout } = await doctor();
    expect(stdout).toMatch(
      /^! The tenant has the public key: the tenant does not show the key .*, but accepts an assertion that is signed with it\n/m,
    );
    expect(stdout).toMatch(/^✓ The tenant introspects for the API/m);
    expect(code).toBe(0);
  });

  it('passes a grant that covers all scopes', async () => {
    const { doctor, local } = await openChain();
    const grant = local.tenant.state.clientGrants.get('cgr_managementsetup');
    if (grant) local.tenant.state.clientGrants.set(grant.id, { ...grant, scope: [], allow_all_scopes: true });
    const { code, stdout } = await doctor();
    expect(stdout.match(/^./gmu)).toEqual(ALL.map(() => '✓'));
    expect(code).toBe(0);
  });

  it('reports that the tenant lacks the feature, what works without it, and what to do', async () => {
    const { doctor, local } = await openChain();
    local.tenant.behaviour.hasApplicationPasswords = false;
    const { code, stdout } = await doctor();
    expect(stdout).toMatch(/^✓ The grant covers app specific passwords/m);
    expect(stdout).toMatch(
      /^✗ The tenant has app specific passwords: .*not enabled for this tenant: its Management API does not offer read:user.*JWTs, and Basic with a real password, work without it\. .*ask Auth0's support/m,
    );
    expect(stdout).toMatch(
      /^✗ The tenant introspects for the API: 404: introspection is not enabled\n.*JWTs, and Basic/m,
    );
    expect(code).toBe(1);
  });

  it("reports that tokens lack the scopes, and that another client's token cannot be checked", async () => {
    const { doctor, local } = await openChain();
    local.tenant.faults.add({ kind: 'edit', path: '/oauth/token', set: { scope: 'read:client_grants' } });
    const own = await doctor(['--json']);
    const feature = (run: Run) => JSON.parse(run.stdout).checks.find(({ id }: { id: string }) => id === 'asp-feature');
    expect(feature(own)).toMatchObject({
      state: 'failed',
      detail: expect.stringMatching(/token of the client .* lacks/),
    });
    const other = await doctor(['--json', '--grant-client-id', 'local-operator-client']);
    expect(feature(other)).toMatchObject({
      state: 'passed',
      detail: expect.stringMatching(/Not checked: a token of local-operator/),
    });
  });

  it('reports that the feature was not checked if a scope is missing', async () => {
    const { doctor, local } = await openChain();
    takeScope(local.tenant, 'read:resource_servers');
    const { stdout } = await doctor();
    expect(stdout).toMatch(/^- The tenant has app specific passwords: not checked: .* expected read:resource_servers/m);
  });

  it('warns of a tenant that does not authenticate its callers, because accepting the key then proves nothing', async () => {
    const { doctor, local } = await openChain();
    local.tenant.behaviour.checksAssertions = false;
    const { code, stdout } = await doctor();
    expect(stdout).toMatch(
      /^! The tenant introspects for the API: .*also one signed by a throw-away key: the tenant does not authenticate its callers, or a proxy responds in its place\n {2}This does not show that the tenant knows the key/m,
    );
    expect(code).toBe(0);
  });

  it('reports that the tenant does not hold the current key', async () => {
    const { asp, ports } = await openChain();
    await asp(['keygen', '--key', 'other.json']);
    const { stdout } = await asp(['doctor', '--key', 'other.json'], { ports });
    expect(stdout).toMatch(/^✗ The tenant has the public key: not everywhere/m);
    expect(stdout).toMatch(/^✗ The tenant introspects for the API: 401 invalid_client/m);
  });

  it('prints each check with its state, detail and fix for programs', async () => {
    const { doctor } = await openChain();
    const { ok, checks } = JSON.parse((await doctor(['--json', '--audience', 'x'])).stdout);
    expect(ok).toBe(false);
    expect(checks.map(({ id }: { id: string }) => id)).toEqual(ALL);
    expect(checks[0]).toEqual({
      id: 'configuration',
      title: expect.any(String),
      state: 'passed',
      detail: expect.any(String),
    });
    expect(checks[7]).toMatchObject({ state: 'failed', detail: expect.any(String), fix: '' });
    expect(checks[8]).toMatchObject({ state: 'skipped', detail: 'skipped: needs resource-server' });
  });
});
