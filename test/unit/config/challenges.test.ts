import { extractResourceMetadataUrl, extractWWWAuthenticateParams } from '@modelcontextprotocol/sdk/client/auth.js';
import { describe, expect, it } from 'vitest';
import {
  basicOffer,
  insufficientScopeChallenge,
  PROOF_ALGORITHMS,
  unauthorizedChallenge,
} from '../../../src/config/challenges.ts';
import { algorithmsOf } from '../../../src/jws/signature-algorithms.ts';

const AUDIENCE = 'https://demo.api';
const METADATA = 'https://api.example/.well-known/oauth-protected-resource/mcp';
const WITH_METADATA = { audience: AUDIENCE, resourceMetadataUrl: METADATA };

function responseWith(challenge: string): Response {
  return new Response(null, { status: 401, headers: { 'WWW-Authenticate': challenge } });
}

describe('the algorithms of proofs that clients are told', () => {
  it('are those that the check of a proof accepts', () => {
    const curves = ['P-256', 'P-384', 'P-521'].map((crv) => ({ kty: 'EC', crv }));
    const keys = [{ kty: 'RSA' }, ...curves, { kty: 'OKP', crv: 'Ed25519' }];
    expect([...PROOF_ALGORITHMS].sort()).toEqual(keys.flatMap(algorithmsOf).sort());
  });
});

describe('the challenge of a 401', () => {
  it('names the metadata among the parameters of Bearer, before Basic', () => {
    expect(unauthorizedChallenge({ ...WITH_METADATA, basicChallenge: true })).toBe(
      `Bearer realm="https://demo.api", resource_metadata="${METADATA}", Basic realm="https://demo.api", charset="UTF-8"`,
    );
  });

  it.each([true, false])('leads an MCP client to the metadata (with Basic: %s)', (offersBasic) => {
    const response = responseWith(unauthorizedChallenge({ ...WITH_METADATA, basicChallenge: offersBasic }));
    expect(extractWWWAuthenticateParams(response).resourceMetadataUrl?.href).toBe(METADATA);
    expect(extractResourceMetadataUrl(response)?.href).toBe(METADATA);
  });

  it('names no metadata where there is none', () => {
    expect(unauthorizedChallenge({ audience: AUDIENCE })).toBe('Bearer realm="https://demo.api"');
  });
});

describe('the challenge of a 403', () => {
  it('leads an MCP client to the metadata and the missing scopes', () => {
    const response = responseWith(insufficientScopeChallenge(WITH_METADATA, ['read:foo', 'write:foo']));
    expect(extractWWWAuthenticateParams(response)).toEqual({
      resourceMetadataUrl: new URL(METADATA),
      scope: 'read:foo write:foo',
      error: 'insufficient_scope',
    });
  });
});

const BEARER = 'Bearer realm="https://demo.api"';
const BASIC = 'Basic realm="https://demo.api", charset="UTF-8"';

describe('the schemes of a 401', () => {
  it.each([
    ['Bearer only', { basicChallenge: false, basicTokenUsers: [] }, BEARER],
    ['Bearer, then Basic', { basicChallenge: true, basicTokenUsers: [] }, `${BEARER}, ${BASIC}`],
    ['Basic first, for Docker', { basicChallenge: false, basicTokenUsers: ['token'] }, `${BASIC}, ${BEARER}`],
    ['Basic first, if both say so', { basicChallenge: true, basicTokenUsers: ['token'] }, `${BASIC}, ${BEARER}`],
  ])('offers %s', (_, settings, challenge) => {
    expect(unauthorizedChallenge({ audience: AUDIENCE, basicChallenge: basicOffer(settings) })).toBe(challenge);
  });

  const DPOP = `DPoP realm="https://demo.api", algs="${PROOF_ALGORITHMS.join(' ')}"`;

  it('offer DPoP after Bearer if bound tokens are accepted, and instead of it if they are required', () => {
    const challenge = (settings: object) => unauthorizedChallenge({ audience: AUDIENCE, ...settings });
    expect(challenge({ dpop: 'off' })).toBe(BEARER);
    expect(challenge({ dpop: 'accepted' })).toBe(`${BEARER}, ${DPOP}`);
    expect(challenge({ dpop: 'required' })).toBe(DPOP);
    expect(challenge({ dpop: 'accepted', basicChallenge: true })).toBe(`${BEARER}, ${DPOP}, ${BASIC}`);
    expect(challenge({ dpop: 'accepted', basicChallenge: 'first' })).toBe(`${BASIC}, ${BEARER}, ${DPOP}`);
  });

  it('name the missing scope for DPoP if nothing else is accepted', () => {
    expect(insufficientScopeChallenge({ audience: AUDIENCE, dpop: 'required' }, ['read:foo'])).toBe(
      'DPoP realm="https://demo.api", error="insufficient_scope", scope="read:foo"',
    );
  });
});
