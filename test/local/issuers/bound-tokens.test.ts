/** Tokens of an authorization server that others wrote, bound to a key or to a certificate, and signed with PS256. */
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { describe, expect, it } from 'vitest';
import { bearer } from '../../support/http/call.ts';
import { type Certificates, certificates, type Identity } from '../../support/http/certificates.ts';
import { callApi, challengesOf, dpopHandle, machineToken } from '../../support/local/machine-client.ts';
import {
  CERTIFICATE_HEADER,
  MACHINE,
  MUTUAL_TLS_MACHINE,
  type Rfc7662Server,
  startRfc7662Server,
} from '../../support/local/rfc7662-server.ts';
import { keys, type LocalForTest, startLocal, UNCACHED } from '../../support/local/start.ts';

const FORMATS = ['opaque', 'jwt'] as const;
const FIELDS = { resource: 'https://demo.api', scope: 'read:foo' };

interface Both {
  readonly local: LocalForTest;
  readonly server: Rfc7662Server;
}

async function startBoth(configuration: object, tls?: Certificates): Promise<Both> {
  const server = await startRfc7662Server((await keys()).signingJwk);
  const { issuer, jwksUrl, introspectionUrl, clientId } = server;
  const issuers = [{ issuer, profile: 'rfc7662', jwksUrl, introspectionUrl, clientId }];
  const mutualTls = tls && { mutualTls: { key: tls.server.key, cert: tls.server.cert, ca: tls.ca } };
  const local = await startLocal({ ...UNCACHED, ...configuration, issuers }, Date.now(), mutualTls);
  return { local, server };
}

describe.each(FORMATS)('a token of oidc-provider that oauth4webapi has bound to its key: %s', (format) => {
  async function startBound() {
    const { local, server } = await startBoth({ dpop: 'accepted' });
    server.useFormat(format);
    const DPoP = await dpopHandle();
    const token = await machineToken(server.issuer, MACHINE, { fields: FIELDS, DPoP });
    return { local, DPoP, token, url: `${local.ready.gateway}whoami` };
  }

  it('is accepted with its proofs', async () => {
    const { DPoP, token, url } = await startBound();
    expect(token.token_type).toBe('dpop');
    const response = await callApi(token.access_token, 'GET', url, DPoP);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ sub: 'machine', client_id: 'machine', scope: 'read:foo' });
  });

  it('is refused to the client of another key, and as a plain Bearer token', async () => {
    const { local, token, url } = await startBound();
    expect(await challengesOf(callApi(token.access_token, 'GET', url, await dpopHandle()))).not.toEqual([]);
    expect(local.log.at(-1)).toMatchObject({ outcome: 'unauthenticated', reason: 'proof_mismatch' });
    expect(await challengesOf(callApi(token.access_token, 'GET', url))).not.toEqual([]);
    expect(local.log.at(-1)).toMatchObject({ outcome: 'unauthenticated', reason: 'token_sender_constrained' });
  });
});

describe.each(FORMATS)('a token of oidc-provider that is bound to a certificate: %s', (format) => {
  async function startBound(mtls: string, isTls = true) {
    const all = await certificates();
    const { local, server } = await startBoth({ mtls }, isTls ? all : undefined);
    server.useFormat(format);
    const headers = { [CERTIFICATE_HEADER]: encodeURIComponent(all.client.cert) };
    const { access_token } = await machineToken(server.issuer, MUTUAL_TLS_MACHINE, { fields: FIELDS, headers });
    const callAs = ({ key, cert }: Identity) =>
      local.call('GET', '/foo', bearer(access_token), { tls: { key, cert, ca: all.ca } });
    return { local, all, token: access_token, callAs };
  }

  it.each(['accepted', 'required'])('is accepted over mutual TLS with this certificate: %s', async (mtls) => {
    const { all, callAs } = await startBound(mtls);
    expect(await callAs(all.client)).toMatchObject({ status: 200 });
  });

  it('is refused to a caller with another certificate, although the gateway trusts it', async () => {
    const { local, all, callAs } = await startBound('accepted');
    expect((await callAs(all.otherClient)).status).toBe(401);
    expect(local.log.at(-1)).toMatchObject({ outcome: 'unauthenticated', reason: 'certificate_mismatch' });
  });

  it('is refused without a certificate', async () => {
    const { local, token } = await startBound('accepted', false);
    expect((await local.call('GET', '/foo', bearer(token))).status).toBe(401);
    expect(local.log.at(-1)).toMatchObject({ outcome: 'unauthenticated', reason: 'certificate_missing' });
  });

  it('is refused if mtls is off', async () => {
    const { local, all, callAs } = await startBound('off');
    expect((await callAs(all.client)).status).toBe(401);
    expect(local.log.at(-1)).toMatchObject({ outcome: 'unauthenticated', reason: 'token_sender_constrained' });
  });
});

describe('a token that is bound to nothing', () => {
  it('is accepted over mutual TLS, unless a binding is required', async () => {
    const all = await certificates();
    const tls = { ...all.client, ca: all.ca };
    for (const [mtls, status] of [
      ['accepted', 200],
      ['required', 401],
    ] as const) {
      const { local } = await startBoth({ mtls }, all);
      expect((await local.call('GET', '/foo', bearer(local.ready.tokens.jwt), { tls })).status).toBe(status);
    }
  });

  it('gets no connection with a certificate that the gateway does not trust', async () => {
    const all = await certificates();
    const { local } = await startBoth({ mtls: 'accepted' }, all);
    const authorization = bearer(local.ready.tokens.jwt);
    await expect(local.call('GET', '/foo', authorization, { tls: { ca: all.ca } })).rejects.toThrow();
    expect(local.log).toEqual([]);
  });
});

describe('a JWT of oidc-provider', () => {
  it.each(['PS256', 'PS384', 'PS512'])('may be signed with %s', async (algorithm) => {
    const { local, server } = await startBoth({});
    const token = await server.issue('jwt', 'https://demo.api', algorithm);
    expect(decodeProtectedHeader(token).alg).toBe(algorithm);
    expect((await local.call('GET', '/foo', bearer(token))).status).toBe(200);
    const [header, , signature] = token.split('.');
    const claims = Buffer.from(JSON.stringify({ ...decodeJwt(token), sub: 'mallory' })).toString('base64url');
    expect((await local.call('GET', '/foo', bearer(`${header}.${claims}.${signature}`))).status).toBe(401);
    expect(local.log.at(-1)).toMatchObject({ reason: 'signature_invalid' });
  });
});
