/**
 * Parses the `Authorization` header into a credential. The header is not trusted: a value that is not exactly what RFC 6750,
 * RFC 9449 or RFC 7617 describes is refused, not repaired.
 */
import { CredentialError } from './errors.ts';

/** What the caller sent. Nothing about it is verified yet. */
export type Credential = BearerCredential | BasicCredential;

/** A Bearer token (RFC 6750): a JWT, an opaque token or an app specific password. */
export interface BearerCredential {
  readonly kind: 'bearer';
  readonly token: string;
  /** `DPoP` if the caller says that the token is bound to a key (RFC 9449 section 7.1). */
  readonly scheme?: 'DPoP';
}

/** A name with a password or an app specific password (RFC 7617). */
export interface BasicCredential {
  readonly kind: 'basic';
  readonly username: string;
  readonly secret: string;
}

/** Longer tokens are refused without a call. */
export const MAXIMUM_TOKEN_LENGTH = 8192;
/** Such a token with its scheme. API Gateway accepts 10,240 bytes of headers in total. */
const MAXIMUM_HEADER_LENGTH = 8200;
/** The same token with a user name, in base64. */
const MAXIMUM_BASIC_TOKEN_HEADER_LENGTH = 12_000;
const MAXIMUM_USERNAME_LENGTH = 320;
const MAXIMUM_SECRET_LENGTH = 2048;

const SCHEME_AND_REST = /^([A-Za-z][A-Za-z0-9-]*)(?: +(.*))?$/s;
/** RFC 6750 section 2.1, `b64token`. */
const B64TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
/** RFC 7617 section 2: neither user-id nor password may hold control characters. */
const CONTROL_CHARACTER = /\p{Cc}/u;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Parses the values of a request's `Authorization` headers.
 *
 * @param values one entry for each `Authorization` header of the request
 * @param tokenUsers user names whose Basic secret is a token. It becomes a Bearer credential, so nothing ever tries it as a password
 * @throws CredentialError `credential_missing`, `credential_repeated` (more than one header), `credential_oversized`,
 *   `scheme_unsupported` or `credential_malformed`
 * @see RFC 9110 section 11.6.2, RFC 6750 section 2.1, RFC 7617 section 2, RFC 9449 section 7.1
 */
export function parseCredential(values: readonly string[], tokenUsers: readonly string[] = []): Credential {
  const [value] = values;
  if (value === undefined) throw new CredentialError('credential_missing', 'No Authorization header.');
  if (values.length > 1) {
    throw new CredentialError('credential_repeated', `Got ${values.length} Authorization headers, expected one.`);
  }

  const [, givenScheme = '', rest = ''] = SCHEME_AND_REST.exec(value.trim()) ?? [];
  const scheme = givenScheme.toLowerCase();
  const mayBeLong = scheme === 'basic' && tokenUsers.length > 0;
  const maximum = mayBeLong ? MAXIMUM_BASIC_TOKEN_HEADER_LENGTH : MAXIMUM_HEADER_LENGTH;
  if (value.length > maximum) throw oversized('Authorization header', maximum);
  switch (scheme) {
    case 'bearer':
      return parseBearer(rest);
    case 'dpop':
      return { ...parseBearer(rest), scheme: 'DPoP' };
    case 'basic':
      return parseBasic(rest, tokenUsers);
    default:
      throw new CredentialError('scheme_unsupported', 'Expected the scheme Bearer, DPoP or Basic.');
  }
}

function parseBearer(token: string): BearerCredential {
  if (!B64TOKEN.test(token)) throw malformed('The Bearer token is empty or holds characters outside b64token.');
  return { kind: 'bearer', token };
}

function parseBasic(encoded: string, tokenUsers: readonly string[]): Credential {
  const userPass = decodeUtf8(decodeBase64(encoded));
  const colon = userPass.indexOf(':');
  if (colon < 0) throw malformed('The Basic credentials hold no colon.');
  const username = userPass.slice(0, colon);
  const secret = userPass.slice(colon + 1);
  if (username === '' || secret === '') throw malformed('The Basic credentials lack a username or a secret.');
  if (username.length > MAXIMUM_USERNAME_LENGTH) throw oversized('username', MAXIMUM_USERNAME_LENGTH);
  const isToken = tokenUsers.includes(username);
  const maximum = isToken ? MAXIMUM_TOKEN_LENGTH : MAXIMUM_SECRET_LENGTH;
  if (secret.length > maximum) throw oversized('secret', maximum);
  return isToken ? parseBearer(secret) : { kind: 'basic', username, secret };
}

function decodeBase64(encoded: string): Buffer {
  const bytes = Buffer.from(encoded, 'base64');
  // Node skips characters that are not base64, so compare the re-encoded text (RFC 4648 section 3.5).
  if (!BASE64.test(encoded) || bytes.toString('base64') !== encoded) {
    throw malformed('The Basic credentials are not canonical base64.');
  }
  return bytes;
}

function decodeUtf8(bytes: Buffer): string {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    // Do not keep the cause: it would describe the credential's bytes.
    throw malformed('The Basic credentials are not UTF-8.');
  }
  if (CONTROL_CHARACTER.test(text)) throw malformed('The Basic credentials hold a control character.');
  return text;
}

function malformed(message: string): CredentialError {
  return new CredentialError('credential_malformed', message);
}

function oversized(what: string, maximum: number): CredentialError {
  return new CredentialError('credential_oversized', `The ${what} is longer than ${maximum} characters.`);
}
