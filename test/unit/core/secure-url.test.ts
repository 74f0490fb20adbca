import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSecureUrl } from '../../../src/core/secure-url.ts';

describe('a URL that secrets may be sent to', () => {
  it.each([
    'https://tenant.example/',
    'https://127.0.0.1/',
    'http://localhost:3001/',
    'http://127.0.0.1:3001/',
    'http://127.9.9.9/',
    'http://[::1]:3001/',
    'http://0x7f.1/',
    'HTTPS://TENANT.EXAMPLE/',
  ])('is https, or http to this machine: %s', (url) => {
    expect(isSecureUrl(new URL(url))).toBe(true);
  });

  it.each([
    'http://tenant.example/',
    'http://localhost.evil.example/',
    'http://127.0.0.1.evil.example/',
    'http://127.evil.example/',
    'http://evil-localhost/',
    'http://0.0.0.0/',
    'http://[::2]/',
    'http://10.0.0.1/',
    'ftp://localhost/',
    'file:///etc/passwd',
    'data:,x',
    'https://user@tenant.example/',
    'https://:password@tenant.example/',
    'http://localhost@evil.example/',
    'http://user:password@localhost/',
  ])('is nothing else: %s', (url) => {
    expect(isSecureUrl(new URL(url))).toBe(false);
  });

  it('is never http to a public name', () => {
    fc.assert(
      fc.property(fc.domain(), (domain) => {
        expect(isSecureUrl(new URL(`http://${domain}/`))).toBe(false);
        expect(isSecureUrl(new URL(`https://${domain}/`))).toBe(true);
      }),
    );
  });
});
