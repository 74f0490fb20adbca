import { describe, expect, it } from 'vitest';
import { ConfigurationError, CredentialError, IssuerError } from '../../../src/core/errors.ts';
import { HttpFailure } from '../../../src/core/http.ts';

describe('the errors', () => {
  it.each([
    [new CredentialError('token_expired', 'm'), 'CredentialError', 'token_expired'],
    [new IssuerError('issuer_timeout', 'm'), 'IssuerError', 'issuer_timeout'],
    [new ConfigurationError('configuration_invalid', 'm'), 'ConfigurationError', 'configuration_invalid'],
  ])('have a class, a code and a message: %s', (error, name, code) => {
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ name, code, message: 'm' });
    expect(String(error)).toBe(`${name}: m`);
  });

  it('have a cause only if they get one', () => {
    const cause = new HttpFailure('timeout', 'too late');
    expect(new IssuerError('issuer_timeout', 'm', { cause }).cause).toBe(cause);
    expect('cause' in new IssuerError('issuer_timeout', 'm')).toBe(false);
    expect(cause).toMatchObject({ name: 'HttpFailure', reason: 'timeout', message: 'too late' });
  });
});
