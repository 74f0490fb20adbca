import { describe, expect, it } from 'vitest';
import type { HttpFailure } from '../../../src/core/http.ts';
import { classifyFailure, classifyResponse } from '../../../src/issuer/attempt.ts';
import { issuerError } from '../../support/core/errors.ts';
import { failure, json } from '../../support/core/scripted-http.ts';

const OAUTH_ERROR = { error: 'server_error' };

describe('a response', () => {
  it.each([
    [200, {}],
    [299, {}],
    [400, {}],
    [401, OAUTH_ERROR],
    [428, {}],
    [430, {}],
    [499, {}],
    [500, OAUTH_ERROR],
    [501, OAUTH_ERROR],
    [505, OAUTH_ERROR],
  ])('is returned to the caller with status %i and body %j', (status, body) => {
    const response = json(status, body);
    expect(classifyResponse(response)).toEqual({ outcome: 'response', response });
  });

  it.each([
    [500, {}, 'never'],
    [500, { error: 7 }, 'never'],
    [501, {}, 'never'],
    [505, {}, 'never'],
    [502, {}, 'soon'],
    [503, {}, 'soon'],
    [504, {}, 'soon'],
    [502, OAUTH_ERROR, 'soon'],
    [503, OAUTH_ERROR, 'soon'],
    [504, OAUTH_ERROR, 'soon'],
  ])('is an outage with status %i and body %j, to be retried %s', (status, body, retry) => {
    const error = issuerError('issuer_unavailable', expect.stringContaining(` ${status}.`));
    expect(classifyResponse(json(status, body))).toEqual({ outcome: 'failure', error, retry, isOutage: true });
  });

  it.each([300, 302, 399])('fails as a redirect with status %i, which is not an outage', (status) => {
    const error = issuerError('issuer_malformed', expect.stringContaining(` ${status}; redirects are not followed.`));
    expect(classifyResponse(json(status, {}))).toEqual({ outcome: 'failure', error, retry: 'never', isOutage: false });
  });

  it('fails as a rate limit with status 429, which is not an outage, and keeps its headers', () => {
    const response = json(429, OAUTH_ERROR, { 'retry-after': '1' });
    const error = issuerError('issuer_throttled', 'The server limits the rate of requests (429).');
    expect(classifyResponse(response)).toEqual({
      outcome: 'failure',
      error,
      retry: 'when_allowed',
      isOutage: false,
      response,
    });
  });
});

describe('a failed request', () => {
  it.each<[HttpFailure['reason'], string, string, boolean]>([
    ['connection', 'issuer_unavailable', 'soon', true],
    ['timeout', 'issuer_timeout', 'never', true],
    ['too_large', 'issuer_malformed', 'never', false],
    ['not_text', 'issuer_malformed', 'never', false],
    ['protocol', 'issuer_malformed', 'never', false],
  ])('is classified: %s results in %s, retry %s, outage %s', (reason, code, retry, isOutage) => {
    const cause = failure(reason);
    const attempt = classifyFailure(cause);
    expect(attempt).toMatchObject({ outcome: 'failure', retry, isOutage });
    expect(attempt.error).toMatchObject({ name: 'IssuerError', code, cause });
    expect(attempt.error.message).not.toBe('');
  });
});
