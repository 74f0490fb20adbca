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
    expect(unauthorizedChallenge(AUDIENCE, true, METADATA)).toBe(
      `Bearer realm="https://demo.api", resource_metadata="${METADATA}", Basic realm="https://demo.api", charset="UTF-8"`,
    );
  });

  it.each([true, false])('leads an MCP client to the metadata (with Basic: %s)', (offersBasic) => {
    const response = responseWith(unauthorizedChallenge(AUDIENCE, offersBasic, METADATA));
    expect(extractWWWAuthenticateParams(response).resourceMetadataUrl?.href).toBe(METADATA);
    expect(extractResourceMetadataUrl(response)?.href).toBe(METADATA);
  });

  it('names no metadata where there is none', () => {
    expect(unauthorizedChallenge(AUDIENCE, false)).toBe('Bearer realm="https://demo.api"');
  });
});

describe('the challenge of a 403', () => {
  it('leads an MCP client to the metadata and the missing scopes', () => {
    const response = responseWith(insufficientScopeChallenge(AUDIENCE, ['read:foo', 'write:foo'], METADATA));
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
    expect(unauthorizedChallenge(AUDIENCE, basicOffer(settings))).toBe(challenge);
  });
});
