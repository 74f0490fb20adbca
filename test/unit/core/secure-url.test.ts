import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalIssuer, isSecureUrl, isTenantUrl } from '../../../src/core/secure-url.ts';

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
    expect(isSecureUrl(url)).toBe(true);
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
  ])('is refused if it is anything else: %s', (url) => {
    expect(isSecureUrl(new URL(url))).toBe(false);
    expect(isSecureUrl(url)).toBe(false);
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

describe('a text that is not a URL', () => {
  it.each(['', 'tenant.example', '/a', 'https://'])('is not secure: "%s"', (text) => {
    expect(isSecureUrl(text)).toBe(false);
    expect(isTenantUrl(text)).toBe(false);
    expect(canonicalIssuer(text)).toBeUndefined();
  });
});

describe('the URL of a tenant', () => {
  it.each(['https://tenant.example/', 'https://tenant.example:8443/', 'http://localhost:3001/'])(
    'is accepted as %s',
    (url) => {
      expect(isTenantUrl(url)).toBe(true);
    },
  );

  it.each([
    'https://tenant.example',
    'https://tenant.example/api/',
    'https://tenant.example/?a',
    'https://tenant.example/#a',
    'https://TENANT.example/',
    'https://tenant.example:443/',
    'https://user@tenant.example/',
    'http://tenant.example/',
  ])('is refused as %s', (url) => {
    expect(isTenantUrl(url)).toBe(false);
  });
});

describe('canonicalIssuer', () => {
  it.each([
    ['https://tenant.example/', 'https://tenant.example/'],
    ['https://TENANT.example/', 'https://tenant.example/'],
    ['https://tenant.example:443/', 'https://tenant.example/'],
    ['https://tenant.example/a/../b', 'https://tenant.example/b'],
    ['HTTPS://tenant.example', 'https://tenant.example'],
    ['https://tenant.example/realms/a', 'https://tenant.example/realms/a'],
    ['http://LOCALHOST:3001/', 'http://localhost:3001/'],
  ])('returns for %s the canonical form %s', (text, canonical) => {
    expect(canonicalIssuer(text)).toBe(canonical);
  });

  it.each([
    'http://tenant.example/',
    'https://user:hunter2@tenant.example/',
    'https://t.example/?a',
    'https://t.example/#a',
  ])('returns undefined for %s', (text) => {
    expect(canonicalIssuer(text)).toBeUndefined();
  });

  it('returns a value that is canonical itself, for any text', () => {
    const text = fc.oneof(fc.webUrl(), fc.webUrl({ withFragments: false, withQueryParameters: false }), fc.string());
    fc.assert(
      fc.property(text, (any) => {
        const canonical = canonicalIssuer(any.replace(/^http:/, 'https:'));
        if (canonical === undefined) return;
        expect(canonicalIssuer(canonical)).toBe(canonical);
        expect([canonical, `${canonical}/`]).toContain(new URL(canonical).href);
      }),
    );
  });
});
