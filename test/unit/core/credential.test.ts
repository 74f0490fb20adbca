import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCredential } from '../../../src/core/credential.ts';
import { CredentialError } from '../../../src/core/errors.ts';
import { credentialError, everythingIn } from '../../support/core/errors.ts';

const base64 = (value: string | Uint8Array) => Buffer.from(value).toString('base64');
const basic = (userPass: string | Uint8Array) => `Basic ${base64(userPass)}`;

const NOT_BASE64 = 'The Basic credentials are not canonical base64.';
const NOT_B64TOKEN = 'The Bearer token is empty or holds characters outside b64token.';

describe('the Authorization headers', () => {
  it('are refused as missing if there is none', () => {
    expect(() => parseCredential([])).toThrow(credentialError('credential_missing', 'No Authorization header.'));
  });

  it.each([
    ['two different headers', ['Bearer abc', 'Basic dTpw']],
    ['the same header twice', ['Bearer abc', 'Bearer abc']],
    ['a good header and an empty one', ['Bearer abc', '']],
  ])('are refused if repeated: %s', (_, values) => {
    expect(() => parseCredential(values)).toThrow(
      credentialError('credential_repeated', 'Got 2 Authorization headers, expected one.'),
    );
  });

  it('are refused if longer than 8,200 characters, whatever they contain', () => {
    expect(parseCredential([`Bearer ${'a'.repeat(8193)}`])).toEqual({ kind: 'bearer', token: 'a'.repeat(8193) });
    expect(() => parseCredential([`Bearer ${'a'.repeat(8194)}`])).toThrow(
      credentialError('credential_oversized', 'The Authorization header is longer than 8200 characters.'),
    );
  });

  it.each([
    '',
    ' ',
    'Digest username="u"',
    'abc',
    'Bearer2 abc',
    'Bearer\tabc',
    'Bearer,abc',
    '=Bearer abc',
    'Bearerabc',
  ])('are refused with another scheme or without one: %j', (value) => {
    expect(() => parseCredential([value])).toThrow(
      credentialError('scheme_unsupported', 'Expected the scheme Bearer, DPoP or Basic.'),
    );
  });

  it.each(['Bearer', 'bearer', 'BEARER', 'bEaReR'])('are accepted with Bearer in any case: %s', (scheme) => {
    expect(parseCredential([`${scheme} abc`])).toEqual({ kind: 'bearer', token: 'abc' });
  });

  it.each(['Basic', 'basic', 'BASIC', 'bAsIc'])('are accepted with Basic in any case: %s', (scheme) => {
    expect(parseCredential([`${scheme} dTpw`])).toEqual({ kind: 'basic', username: 'u', secret: 'p' });
  });

  it('are accepted with spaces around the value and several between its parts', () => {
    expect(parseCredential(['  Bearer   abc '])).toEqual({ kind: 'bearer', token: 'abc' });
  });

  it('are parsed to a credential or refused with a CredentialError', () => {
    const header = fc.oneof(
      fc.string({ unit: 'binary-ascii' }),
      fc.tuple(fc.constantFrom('Bearer ', 'Basic ', 'basic  '), fc.string({ unit: 'grapheme' })).map((p) => p.join('')),
      fc.uint8Array().map(basic),
    );
    fc.assert(
      fc.property(fc.array(header, { maxLength: 3 }), (values) => {
        try {
          expect(['bearer', 'basic']).toContain(parseCredential(values).kind);
        } catch (error) {
          expect(error).toBeInstanceOf(CredentialError);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('are never shown in the error, whatever is wrong with them', () => {
    const canary = 'c4n4ry-c4n4ry';
    const values = [
      `Digest ${canary}`,
      `Bearer ${canary} ${canary}`,
      `Basic ${canary}`,
      basic(`${canary}`),
      basic(`u:${canary}\u0007`),
      basic(`:${canary}`),
      basic(`u:${canary.repeat(200)}`),
      basic(`${canary.repeat(30)}:p`),
      basic(Buffer.concat([Buffer.from(`u:${canary}`), Buffer.from([0xff])])),
    ];
    for (const value of values) {
      try {
        expect.unreachable(JSON.stringify(parseCredential([value])));
      } catch (error) {
        expect(error).toBeInstanceOf(CredentialError);
        expect(everythingIn(error)).not.toContain(canary);
        expect(everythingIn(error)).not.toContain(base64(canary).slice(0, 12));
      }
    }
  });
});

describe('a Bearer token', () => {
  it('is accepted and returned unchanged if it is any b64token', () => {
    const character = fc.constantFrom(...'ABCXYZabcxyz0189-._~+/');
    const b64token = fc
      .tuple(fc.string({ unit: character, minLength: 1, maxLength: 100 }), fc.constantFrom('', '=', '=='))
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(b64token, (token) => {
        expect(parseCredential([`Bearer ${token}`])).toEqual({ kind: 'bearer', token });
      }),
    );
  });

  it.each(['', 'a b', 'a,b', 'a=b', '=', 'a"', 'a\nb', 'a\tb', 'ä', 'a%20', 'abc, Bearer def', 'a:b', '{}'])(
    'is refused if it has characters outside b64token: %j',
    (token) => {
      expect(() => parseCredential([`Bearer ${token}`])).toThrow(credentialError('credential_malformed', NOT_B64TOKEN));
    },
  );
});

describe('Basic credentials', () => {
  it('are returned unchanged in any alphabet', () => {
    const printable = (maxLength: number) =>
      fc.string({ unit: 'grapheme', minLength: 1, maxLength }).filter((value) => !/\p{Cc}/u.test(value));
    const username = printable(40).filter((value) => !value.includes(':'));
    fc.assert(
      fc.property(username, printable(80), (name, secret) => {
        expect(parseCredential([basic(`${name}:${secret}`)])).toEqual({ kind: 'basic', username: name, secret });
      }),
      { numRuns: 300 },
    );
  });

  it('are split at the first colon', () => {
    expect(parseCredential([basic('user:a:b::c')])).toEqual({ kind: 'basic', username: 'user', secret: 'a:b::c' });
  });

  it('are neither trimmed nor normalized', () => {
    expect(parseCredential([basic(' u\u0308 : p ')])).toEqual({ kind: 'basic', username: ' u\u0308 ', secret: ' p ' });
  });

  it('keep a byte order mark, which is part of the username', () => {
    expect(parseCredential([basic('\uFEFFu:p')])).toEqual({ kind: 'basic', username: '\uFEFFu', secret: 'p' });
  });

  it.each([
    ['unused bits are set', 'dTpx', 'dTpwcB=='],
    ['unused bits are set before one =', 'dTpw', 'dTpwcHB='],
    ['the padding is missing', 'dTpwcA==', 'dTpwcA'],
    ['half the padding is missing', 'dTpwcA==', 'dTpwcA='],
    ['there is too much padding', 'dTpw', 'dTpw===='],
    ['the alphabet is that of base64url', 'dTo/Pz8+', 'dTo_Pz8-'],
    ['there is a space inside', 'dTpwcHBw', 'dTpw cHBw'],
    ['there is a line break inside', 'dTpwcHBw', 'dTpw\ncHBw'],
    ['something follows the padding', 'dTpwcA==', 'dTpwcA==dTpw'],
    ['a comma joins two values', 'dTpw', 'dTpw, dTpw'],
  ])('are refused if %s', (_, good, bad) => {
    expect(parseCredential([`Basic ${good}`])).toMatchObject({ kind: 'basic', username: 'u' });
    expect(() => parseCredential([`Basic ${bad}`])).toThrow(credentialError('credential_malformed', NOT_BASE64));
  });

  it('have only one spelling, since encoding them again gives the same text', () => {
    const almost = fc.string({ unit: fc.constantFrom(...'dTpwcA+/=_- '), maxLength: 12 });
    fc.assert(
      fc.property(almost, (encoded) => {
        try {
          const credential = parseCredential([`Basic ${encoded}`]);
          if (credential.kind !== 'basic') return expect.unreachable();
          expect(base64(`${credential.username}:${credential.secret}`)).toBe(encoded.trim());
        } catch (error) {
          expect(error).toBeInstanceOf(CredentialError);
        }
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['a lone continuation byte', [0x75, 0x3a, 0x80]],
    ['an overlong slash', [0x75, 0x3a, 0xc0, 0xaf]],
    ['half a surrogate pair', [0x75, 0x3a, 0xed, 0xa0, 0x80]],
    ['a truncated sequence', [0x75, 0x3a, 0xe2, 0x82]],
    ['ISO 8859-1', [0x75, 0x3a, 0xfc]],
  ])('are refused if they are not UTF-8: %s', (_, bytes) => {
    expect(() => parseCredential([basic(Uint8Array.from(bytes))])).toThrow(
      credentialError('credential_malformed', 'The Basic credentials are not UTF-8.'),
    );
  });

  it.each(['\u0000', '\u0007', '\t', '\n', '\r', '\u001f', '\u007f', '\u0085', '\u009f'])(
    'are refused if they have the control character %j on either side',
    (character) => {
      const error = credentialError('credential_malformed', 'The Basic credentials hold a control character.');
      expect(() => parseCredential([basic(`u${character}:p`)])).toThrow(error);
      expect(() => parseCredential([basic(`u:p${character}`)])).toThrow(error);
    },
  );

  it('are refused if they have no colon', () => {
    expect(() => parseCredential([basic('user')])).toThrow(
      credentialError('credential_malformed', 'The Basic credentials hold no colon.'),
    );
    expect(() => parseCredential(['Basic'])).toThrow(
      credentialError('credential_malformed', 'The Basic credentials hold no colon.'),
    );
  });

  it.each([':', ':p', 'u:'])('are refused if the username or the secret is empty: %j', (userPass) => {
    expect(() => parseCredential([basic(userPass)])).toThrow(
      credentialError('credential_malformed', 'The Basic credentials lack a username or a secret.'),
    );
  });

  it('are accepted with a username of up to 320 characters and a secret of up to 2,048', () => {
    const longest = parseCredential([basic(`${'u'.repeat(320)}:${'p'.repeat(2048)}`)]);
    expect(longest).toEqual({ kind: 'basic', username: 'u'.repeat(320), secret: 'p'.repeat(2048) });
    expect(() => parseCredential([basic(`${'u'.repeat(321)}:p`)])).toThrow(
      credentialError('credential_oversized', 'The username is longer than 320 characters.'),
    );
    expect(() => parseCredential([basic(`u:${'p'.repeat(2049)}`)])).toThrow(
      credentialError('credential_oversized', 'The secret is longer than 2048 characters.'),
    );
  });
});

describe('Basic credentials of a user whose secret is a token', () => {
  const users = ['token', 'oauth2'];

  it('are the Bearer credential with this token', () => {
    const character = fc.constantFrom(...'ABCXYZabcxyz0189-._~+/');
    const token = fc.string({ unit: character, minLength: 1, maxLength: 100 });
    fc.assert(
      fc.property(fc.constantFrom(...users), token, (name, value) => {
        expect(parseCredential([basic(`${name}:${value}`)], users)).toEqual(parseCredential([`Bearer ${value}`]));
      }),
    );
  });

  it('are recognized by the exact user name only', () => {
    const name = fc.oneof(
      fc.constantFrom('Token', 'TOKEN', ' token', 'token ', 'token\u00a0', 'tokens', 'toke', 'toke\u006e\u0301'),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).filter((text) => !/[:\p{Cc}]/u.test(text)),
    );
    fc.assert(
      fc.property(
        name.filter((text) => !users.includes(text)),
        (username) => {
          const ordinary = { kind: 'basic', username, secret: 'abc' };
          expect(parseCredential([basic(`${username}:abc`)], users)).toEqual(ordinary);
        },
      ),
    );
  });

  it('are ordinary ones unless the user name is configured', () => {
    expect(parseCredential([basic('token:abc')])).toEqual({ kind: 'basic', username: 'token', secret: 'abc' });
  });

  it.each(['pass word', 'a:b', 'correct horse battery', 'ä', '='])(
    'are refused if the secret cannot be a token, and never become a password: %j',
    (secret) => {
      expect(() => parseCredential([basic(`token:${secret}`)], users)).toThrow(
        credentialError('credential_malformed', NOT_B64TOKEN),
      );
    },
  );

  it('are accepted with a token of up to 8,192 characters, while other secrets and Bearer tokens have their usual limit', () => {
    const longest = 'a'.repeat(8192);
    expect(parseCredential([basic(`token:${longest}`)], users)).toEqual({ kind: 'bearer', token: longest });
    const oversized = (what: string, limit: number) =>
      credentialError('credential_oversized', `The ${what} is longer than ${limit} characters.`);
    expect(() => parseCredential([basic(`token:${longest}a`)], users)).toThrow(oversized('secret', 8192));
    expect(() => parseCredential([basic(`token:${'a'.repeat(9000)}`)], users)).toThrow(
      oversized('Authorization header', 12_000),
    );
    expect(() => parseCredential([basic(`user:${'a'.repeat(2049)}`)], users)).toThrow(oversized('secret', 2048));
    expect(() => parseCredential([`Bearer ${'a'.repeat(8194)}`], users)).toThrow(
      oversized('Authorization header', 8200),
    );
  });
});
