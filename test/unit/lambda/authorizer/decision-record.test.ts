import { describe, expect, it } from 'vitest';
import { decisionRecord } from '../../../../lambda/authorizer/decision-record.ts';
import { embeddedMetrics } from '../../../../lambda/authorizer/embedded-metrics.ts';
import type { IssuerEvent } from '../../../../src/issuer/issuer-endpoint.ts';
import { ALLOW, DENY, UNAUTHENTICATED, UNAVAILABLE } from '../../../support/lambda/decisions.ts';

const REQUEST = {
  authorization: ['Bearer CanaryCanaryCana'],
  method: 'GET',
  resourcePath: '/foo/{id}',
  path: '/foo/secret-in-the-path',
  callerIp: '198.51.100.7',
};
const attempt = (durationMs: number, isRetry = false): IssuerEvent => ({
  kind: 'attempt',
  endpoint: 'introspection',
  durationMs,
  outcome: isRetry ? 'response' : 'issuer_unavailable',
  isRetry,
});
const ISSUER_EVENTS: readonly IssuerEvent[] = [
  attempt(12),
  attempt(30, true),
  { kind: 'circuit_opened', endpoint: 'token', durationMs: 2000 },
];
const SETTINGS = { logSubject: false, basicTokenUsers: [] };
const DECIDED = { request: REQUEST, decision: ALLOW, durationMs: 44.4, events: ISSUER_EVENTS };

describe('the record of a decision', () => {
  it('contains the reason, the kind of credential and the cost', () => {
    expect(decisionRecord(DECIDED, { ...SETTINGS, logSubject: true })).toEqual({
      outcome: 'allow',
      reason: 'allowed',
      kind: 'opaque',
      method: 'GET',
      resourcePath: '/foo/{id}',
      cacheHit: false,
      durationMs: 44,
      issuerMs: 42,
      issuerCalls: 2,
      issuerRetries: 1,
      circuitOpenings: ['token 2000 ms'],
      sub: 'auth0|1234',
      tokenType: 'access_token',
    });
  });

  it.each([
    ['allow', 'allowed', ALLOW],
    ['deny', 'scope_missing', DENY],
    ['unauthenticated', 'token_expired', UNAUTHENTICATED],
    ['unavailable', 'issuer_timeout', UNAVAILABLE],
  ] as const)('contains the outcome %s and the reason %s', (outcome, reason, decision) => {
    expect(decisionRecord({ ...DECIDED, decision }, SETTINGS)).toMatchObject({ outcome, reason });
  });

  it.each([
    ['jwt', ['Bearer a.b.c']],
    ['opaque', ['bearer abc']],
    ['basic', ['BASIC dTpw']],
    ['none', []],
    ['none', ['Digest abc']],
  ] as const)('calls the kind %s for %j', (kind, authorization) => {
    expect(decisionRecord({ ...DECIDED, request: { ...REQUEST, authorization } }, SETTINGS)).toMatchObject({ kind });
  });

  it.each([
    ['jwt', 'basic', 'token:a.b.c'],
    ['opaque', 'basic', 'token:abcdefghijklmnop'],
    ['basic', undefined, 'Token:abcdefghijklmnop'],
    ['basic', undefined, 'token:no token'],
    ['basic', undefined, 'no colon'],
  ] as const)('calls the kind %s, carried by %s, for the Basic credential %j', (kind, carrier, pair) => {
    const request = { ...REQUEST, authorization: [`Basic ${Buffer.from(pair).toString('base64')}`] };
    const settings = { ...SETTINGS, basicTokenUsers: ['oauth2', 'token'] };
    const { kind: named, carrier: carried } = decisionRecord({ ...DECIDED, request }, settings);
    expect([named, carried]).toEqual([kind, carrier]);
    expect(decisionRecord({ ...DECIDED, request }, SETTINGS).kind).toBe('basic');
  });

  it('says that a subprotocol carried the token', () => {
    const request = { ...REQUEST, carrier: 'subprotocol' } as const;
    expect(decisionRecord({ ...DECIDED, request }, SETTINGS)).toMatchObject({ kind: 'opaque', carrier: 'subprotocol' });
  });

  it('identifies the subject by a digest that is always the same, unless configured otherwise', () => {
    const [one, two] = [decisionRecord(DECIDED, SETTINGS), decisionRecord(DECIDED, SETTINGS)];
    expect(one.sub).toMatch(/^[\w-]{16}$/);
    expect(one.sub).toBe(two.sub);
    expect(JSON.stringify(one)).not.toContain('auth0|1234');
  });
});

describe('the log line of a decision', () => {
  const line = embeddedMetrics(decisionRecord(DECIDED, SETTINGS), ISSUER_EVENTS, {
    audience: 'https://demo.api',
    nowMs: 1000,
  });

  it('is one line of JSON with metrics among its members', () => {
    const parsed = JSON.parse(line);
    const [{ Namespace, Dimensions, Metrics }] = parsed._aws.CloudWatchMetrics;
    expect(line).not.toContain('\n');
    expect(parsed).toMatchObject({
      Decisions: 1,
      CacheHits: 0,
      IssuerRetries: 1,
      CircuitOpenings: 1,
      IssuerLatency: [12, 30],
    });
    expect(parsed._aws.Timestamp).toBe(1000);
    expect(Namespace).toBe('Auth0ApiAuthorizer');
    for (const name of [...Dimensions.flat(), ...Metrics.map(({ Name }: { Name: string }) => Name)]) {
      expect(parsed).toHaveProperty(name);
    }
  });

  it('counts a refusal for the audience as a whole, for outcomes that are a 401 or 403 only', () => {
    const written = (outcome: 'allow' | 'deny' | 'unauthenticated' | 'unavailable') => {
      const record = { ...decisionRecord(DECIDED, SETTINGS), outcome };
      return JSON.parse(embeddedMetrics(record, [], { audience: 'https://demo.api', nowMs: 0 }));
    };
    expect([written('deny').Refusals, written('unauthenticated').Refusals]).toEqual([1, 1]);
    expect([written('allow').Refusals, written('unavailable').Refusals]).toEqual([0, 0]);
    expect(written('allow')._aws.CloudWatchMetrics[1]).toEqual({
      Namespace: 'Auth0ApiAuthorizer',
      Dimensions: [['audience']],
      Metrics: [{ Name: 'Refusals', Unit: 'Count' }],
    });
  });

  it('has no latency if no issuer was called', () => {
    const quiet = embeddedMetrics(decisionRecord(DECIDED, SETTINGS), [], { audience: 'https://demo.api', nowMs: 0 });
    expect(quiet).not.toContain('IssuerLatency');
  });

  it("contains neither the credential, nor the path, nor the caller's address", () => {
    expect(line).not.toMatch(/Canary|secret-in-the-path|198\.51/);
  });
});
