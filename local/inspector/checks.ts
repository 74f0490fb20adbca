/**
 * The checks of each part of the authorizer, in the order in which it makes them. The authorizer stops at the first check that fails, and
 * its reason code says which one that was. So all checks before it have passed, and none after it was made. The tests compare this order
 * with the real one.
 */
import type { ConfigurationErrorCode, IssuerErrorCode } from '../../src/core/errors.ts';
import type { Check } from '../../web/inspector/protocol.ts';
import type { SpanError, SpanName } from './trace.ts';

interface CheckRule {
  readonly words: string;
  /** The reason codes with which it fails. */
  readonly codes: readonly string[];
  /** Several checks fail with one code: the beginning of the message of this one. */
  readonly message?: RegExp;
}

/** The tenant could not be asked, or does not accept us. */
const NOT_ASKED: readonly string[] = [
  'issuer_unavailable',
  'issuer_timeout',
  'issuer_throttled',
  'issuer_circuit_open',
  'issuer_malformed',
  'issuer_client_refused',
  'issuer_refused',
  'signing_key_invalid',
  'configuration_invalid',
] satisfies readonly (IssuerErrorCode | ConfigurationErrorCode)[];

export const HEADER_CHECKS: readonly CheckRule[] = [
  { words: 'There is an Authorization header', codes: ['credential_missing'] },
  { words: 'There is only one', codes: ['credential_repeated'] },
  { words: 'It is not too long', codes: ['credential_oversized'], message: /header/ },
  { words: 'The scheme is Bearer, DPoP or Basic', codes: ['scheme_unsupported'] },
  { words: 'It is exactly what the RFC describes', codes: ['credential_malformed', 'credential_oversized'] },
];

const NOT_BACKEND = /^(?!.*(?:backend|"act"))/;

const CLAIMS: readonly CheckRule[] = [
  { words: 'The issuer is a text', codes: ['claims_malformed'], message: /"iss"|not a JSON object/ },
  { words: 'The issuer is the trusted one', codes: ['issuer_mismatch'] },
  { words: 'It is for this API', codes: ['audience_mismatch'] },
  { words: 'The times are numbers', codes: ['claims_malformed'], message: /"(?:exp|nbf)" is not/ },
  { words: 'It has not expired', codes: ['token_expired'] },
  { words: 'It is already valid', codes: ['token_not_yet_valid'] },
  {
    words: 'The other claims are well-formed',
    codes: ['claims_malformed', 'token_sender_constrained'],
    message: NOT_BACKEND,
  },
];

/** After everything else: a claim that cannot be passed on unchanged. */
const BACKEND: CheckRule = { words: 'The backend can receive its claims', codes: ['claims_malformed'] };

export const SPAN_CHECKS: Readonly<Record<SpanName, readonly CheckRule[]>> = {
  proof: [
    {
      words: 'The scheme is one that is turned on',
      codes: ['scheme_unsupported', 'proof_required', 'certificate_required'],
    },
    { words: 'There is one proof', codes: ['proof_missing'] },
    { words: 'The proof is a signed JWT of the right kind', codes: ['proof_malformed'] },
    { words: 'It is for this method, URL and token', codes: ['proof_mismatch'] },
    { words: 'It is new', codes: ['proof_expired'] },
  ],
  jwt: [
    {
      words: 'It has the form of a JWT, and its algorithm is asymmetric',
      codes: ['token_malformed', 'algorithm_symmetric', 'algorithm_refused'],
      message: /compact form|shared secret|^Expected/,
    },
    { words: 'It is an access token', codes: ['token_type_refused'] },
    { words: 'It has no critical extensions', codes: ['token_malformed'], message: /critical/ },
    { words: 'It names a key', codes: ['key_unknown'], message: /no "kid"/ },
    ...CLAIMS,
    { words: 'The tenant publishes this key', codes: ['key_unknown', ...NOT_ASKED] },
    { words: 'The key is for this algorithm', codes: ['algorithm_refused'] },
    { words: 'The signature matches', codes: ['signature_invalid'] },
    BACKEND,
  ],
  introspection: [
    { words: 'The tenant responds, and accepts our key', codes: NOT_ASKED },
    { words: 'The tenant says that it is active', codes: ['token_inactive'] },
    { words: 'It is an access token or an app specific password', codes: ['token_type_refused'] },
    ...CLAIMS,
    BACKEND,
  ],
  login: [
    { words: 'The tenant responds, and accepts our client', codes: NOT_ASKED },
    { words: 'The tenant lets the user in with this password', codes: ['password_wrong', 'login_refused'] },
  ],
  basic: [
    { words: 'It is not bound to a key', codes: ['token_sender_constrained'], message: /is bound to a key or/ },
    { words: 'It is an app specific password', codes: ['token_type_refused'], message: /Basic secret/ },
    { words: 'It belongs to the user that the caller named', codes: ['username_mismatch'] },
  ],
  outdated: [],
  jwt_stands: [
    { words: 'It was issued after the last revocation of its user', codes: ['token_revoked', 'revocations_'] },
  ],
  holder: [
    {
      words: 'The caller holds the key or certificate that it is bound to',
      codes: ['token_sender_constrained', 'certificate_', 'proof_'],
    },
  ],
};

/** The order at the end: after the lookup, or after a cache had the principal. */
export const ROUTE_CHECKS: readonly CheckRule[] = [
  { words: 'The organization is allowed', codes: ['organization_refused'] },
  { words: 'The route is for the audience of the token', codes: ['audience_mismatch'] },
  { words: 'The route is known', codes: ['route_unknown'] },
  { words: 'The scopes are enough', codes: ['scope_missing'] },
];

/**
 * Says which checks have passed.
 *
 * @param error of the check that failed; `undefined` if all have passed
 * @returns no checks if the error is of another kind
 */
export function checksOf(rules: readonly CheckRule[], error: SpanError | undefined): readonly Check[] {
  const failed = error ? rules.findIndex((rule) => failsWith(rule, error)) : rules.length;
  if (failed < 0) return [];
  return rules.map(({ words }, index) => ({ words, state: stateOf(index, failed) }));
}

function stateOf(index: number, failed: number): Check['state'] {
  if (index === failed) return 'failed';
  return index < failed ? 'passed' : 'unreached';
}

function failsWith({ codes, message }: CheckRule, error: SpanError): boolean {
  const isCode = codes.some((code) => (code.endsWith('_') ? error.code.startsWith(code) : error.code === code));
  return isCode && (message?.test(error.message) ?? true);
}
