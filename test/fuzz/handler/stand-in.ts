/**
 * The issuers of one case, as an HTTP port. They respond as the case says, check our authentication, and record every
 * call. Only calls make time pass on the case's clock.
 */
import { type KeyObject, verify } from 'node:crypto';
import { HttpFailure, type HttpRequest, type HttpResponse } from '../../../src/core/http.ts';
import { keyPair } from '../keys.ts';
import { confirmationClaim } from './binding.ts';
import type { Case, Trouble } from './case.ts';
import { loginJwt, publishedKeys, USUAL_EXP } from './jwt.ts';
import { WITH_ROLES } from './received.ts';
import { scopesOfMap } from './routes.ts';
import {
  AUDIENCE,
  acceptedAudiences,
  audiencesOfToken,
  calledIn,
  FIRST,
  GRANT_CLIENT,
  grantedScopes,
  ISSUER_CLIENT,
  type IssuerFacts,
  issuersOf,
  knowledgeOf,
  oneOrMore,
  START_MS,
  START_SECONDS,
  SUBJECT,
  TOKEN_URL,
  USERNAME,
} from './world.ts';

export type EndpointName = 'jwks0' | 'jwks1' | 'introspect0' | 'introspect1' | 'token';

export interface RecordedCall {
  readonly endpoint: EndpointName | 'elsewhere';
  readonly request: HttpRequest;
}

export const LOGIN_OPAQUE_TOKEN = 'opaque-token-that-a-login-yields';

const QUICK_MS = 20;
const SLOW_MS: Readonly<Partial<Record<Trouble, number>>> = { slow: 900, verySlow: 2800, timeout: 60_000 };

type Reply = HttpResponse | HttpFailure['reason'];

export class StandIn {
  nowMs = START_MS;
  readonly calls: RecordedCall[] = [];
  /** What an honest client would never send. */
  readonly faults: string[] = [];
  /** Assertions from the requests; none of them may appear in the output. */
  readonly assertions: string[] = [];
  readonly #case: Case;
  readonly #presented: string;
  readonly #seenIds = new Set<string>();
  readonly #failedOnce = new Set<EndpointName>();
  /** `true` while other callers are served, before the caller of the case. */
  isBefore = false;

  /** @param presented the token or secret that the caller sends */
  constructor(testCase: Case, presented: string) {
    this.#case = testCase;
    this.#presented = presented;
  }

  readonly port = async (request: HttpRequest): Promise<HttpResponse> => {
    const endpoint = this.#endpointOf(request.url);
    this.calls.push({ endpoint, request });
    if (endpoint.startsWith('introspect')) this.#noteAssertion(request);
    if (endpoint === 'elsewhere') {
      this.faults.push(`a call to ${request.url}`);
      throw new HttpFailure('connection', 'There is no such server.');
    }
    const trouble = this.isBefore ? 'none' : this.#case[endpoint];
    const tookMs = SLOW_MS[trouble] ?? QUICK_MS;
    if (!(request.timeoutMs > 0)) this.faults.push('a call without a time limit');
    this.nowMs += Math.min(tookMs, request.timeoutMs);
    const reply = tookMs >= request.timeoutMs ? 'timeout' : this.#reply(endpoint, trouble, request);
    if (typeof reply === 'string') throw new HttpFailure(reply, `The fuzz simulates: ${reply}.`);
    return reply;
  };

  count(endpoint: EndpointName): number {
    return this.calls.filter((call) => call.endpoint === endpoint).length;
  }

  #endpointOf(url: string): EndpointName | 'elsewhere' {
    if (url === TOKEN_URL) return 'token';
    const [first, second] = issuersOf(this.#case);
    if (url === first.jwksUrl) return 'jwks0';
    if (url === first.introspectionUrl) return 'introspect0';
    if (url === second?.jwksUrl) return 'jwks1';
    return url === second?.introspectionUrl ? 'introspect1' : 'elsewhere';
  }

  #reply(endpoint: EndpointName, trouble: Trouble, request: HttpRequest): Reply {
    const instead = this.#failureReply(endpoint, trouble);
    if (instead !== undefined) return instead;
    switch (endpoint) {
      case 'jwks0':
      case 'jwks1':
        return json(200, { keys: publishedKeys(endpoint === 'jwks0' ? 0 : 1, this.#case.algorithm) });
      case 'token':
        return this.#logIn(request);
      default:
        return this.#introspect(endpoint, request);
    }
  }

  #failureReply(endpoint: EndpointName, trouble: Trouble): Reply | undefined {
    if (!trouble.endsWith('Once')) return LASTING[trouble];
    if (this.#failedOnce.has(endpoint)) return undefined;
    this.#failedOnce.add(endpoint);
    return trouble === 'status429Once' ? text(429, '', { 'retry-after': '1' }) : LASTING[trouble.slice(0, -4)];
  }

  #logIn(request: HttpRequest): Reply {
    const body = parameters(request);
    const { connection } = { connection: this.#case.hasConnection ? 'Users' : undefined };
    this.#expect(request.method === 'POST', 'a login that is not a POST');
    this.#expect(body.client_id === GRANT_CLIENT.clientId, 'a login by another client');
    if (this.#case.clientsHaveKeys) this.#expectClientAssertion(body, GRANT_CLIENT.clientId, FIRST.issuer);
    else this.#expect(body.client_secret === GRANT_CLIENT.clientSecret, 'a login without the client secret');
    this.#expect(body.audience === AUDIENCE, 'a login for another audience');
    const expectedScope = scopesOfMap(calledIn(this.#case).map);
    const requested = String(body.scope ?? '')
      .split(' ')
      .filter(Boolean);
    this.#expect(requested.length > 0, 'a login that requests no scope, and so all of them');
    this.#expect(
      requested.every((scope) => expectedScope.includes(scope) || scope === 'openid'),
      'a login that requests scopes that no route uses',
    );
    this.#expect(body.realm === connection, 'a login at another connection');
    this.#expect(
      body.grant_type === (connection ? 'http://auth0.com/oauth/grant-type/password-realm' : 'password'),
      'a login by another grant',
    );
    if (this.isBefore) return this.#loginBefore();
    this.#expect(body.password === this.#presented, 'a login with another password');
    return this.#loginReply();
  }

  #loginReply(): Reply {
    const testCase = this.#case;
    const isRight = testCase.login === 'right';
    if (!isRight) return LOGIN_REPLIES[testCase.login];
    switch (testCase.loginToken) {
      case 'missing':
        return json(200, { token_type: 'Bearer' });
      case 'empty':
        return json(200, { access_token: '', token_type: 'Bearer' });
      case 'number':
        return json(200, { access_token: 42, token_type: 'Bearer' });
      default:
        return json(200, { access_token: this.loginToken(), token_type: 'Bearer', expires_in: 3600 });
    }
  }

  /** The access token that a successful login returns. */
  loginToken(): string {
    const testCase = this.#case;
    if (testCase.loginToken.startsWith('opaque')) return LOGIN_OPAQUE_TOKEN;
    if (testCase.loginToken === 'jwtBound') return loginJwt(testCase, 'bound');
    if (testCase.loginToken === 'jwtOtherAudience') return loginJwt(testCase, 'otherAudience');
    return loginJwt(testCase, testCase.loginToken === 'jwtForged' ? 'forged' : 'good');
  }

  #loginBefore(): Reply {
    switch (this.#case.before) {
      case 'loginsDeniedAs500':
        return LOGIN_REPLIES.deniedByActionAs500;
      case 'loginsNoConnection500':
        return LOGIN_REPLIES.noDefaultConnection500;
      case 'loginsBlocked':
        return LOGIN_REPLIES.tooManyAttempts;
      default:
        return LOGIN_REPLIES.wrong;
    }
  }

  #introspect(endpoint: 'introspect0' | 'introspect1', request: HttpRequest): Reply {
    const index = endpoint === 'introspect0' ? 0 : 1;
    const issuer = issuersOf(this.#case)[index];
    if (!issuer) return 'connection';
    const refusedEncoding = this.#refusedEncoding(request, issuer);
    if (refusedEncoding) return refusedEncoding;
    const body = parameters(request);
    if (!this.#isAuthenticated(request, body, issuer)) return json(401, { error: 'invalid_client' });
    if (this.isBefore) return this.#introspectionBefore();
    const isLoginToken = body.token === LOGIN_OPAQUE_TOKEN || body.token === this.#goodLoginToken();
    const known = isLoginToken ? [AUDIENCE] : audiencesOfToken(this.#case);
    // A server that knows us by an audience tells us only about tokens for it.
    if (!issuer.hasSecret && !known.includes(clientIn(body))) return json(200, { active: false });
    if (isLoginToken) {
      return json(
        200,
        index === 0 && this.#case.loginToken !== 'opaqueInactive' ? this.#activeLogin(issuer) : { active: false },
      );
    }
    if (body.token !== this.#presented) this.faults.push('an introspection of something that the caller did not send');
    return json(200, this.#responseFor(index, issuer));
  }

  #goodLoginToken(): string | undefined {
    const isGood = this.#case.loginToken === 'jwt' || this.#case.loginToken === 'jwtBound';
    return this.#case.credential === 'basic' && isGood ? this.loginToken() : undefined;
  }

  #activeLogin(issuer: IssuerFacts): object {
    const scope = grantedScopes(this.#case).join(' ');
    return {
      active: true,
      token_type: 'access_token',
      iss: issuer.issuer,
      aud: AUDIENCE,
      sub: SUBJECT,
      scope,
      exp: USUAL_EXP,
      ...(this.#case.loginToken === 'opaqueBound' && { cnf: confirmationClaim({ ...this.#case, cnf: 'key' }) }),
    };
  }

  #introspectionBefore(): Reply {
    switch (this.#case.before) {
      case 'introspectionsRefused400':
        return json(400, { error: 'invalid_request', error_description: 'The token cannot be read.' });
      case 'introspectionsRefused500':
        return json(500, { error: 'server_error', error_description: 'This token breaks us.' });
      default:
        return json(200, { active: false });
    }
  }

  /** Auth0's documentation and its programs use different encodings, so a tenant may accept only one of them. */
  #refusedEncoding(request: HttpRequest, { isRfc7662 }: IssuerFacts): Reply | undefined {
    const isJson = request.headers['content-type'] === 'application/json';
    const { encoding } = this.#case;
    if (isRfc7662) return isJson ? json(400, { error: 'invalid_request' }) : undefined;
    if (encoding === 'both' || encoding.startsWith(isJson ? 'json' : 'form')) return undefined;
    return json(encoding.endsWith('415') ? 415 : 400, { error: 'invalid_request' });
  }

  #isAuthenticated(request: HttpRequest, body: Readonly<Record<string, unknown>>, issuer: IssuerFacts): boolean {
    const authorization = request.headers.authorization;
    if (issuer.hasSecret && !this.#case.clientsHaveKeys) return authorization === secretHeader();
    this.#expect(authorization === undefined, 'an Authorization header beside the assertion');
    if (issuer.hasSecret) {
      this.#expectClientAssertion(body, ISSUER_CLIENT.clientId, issuer.issuer);
      return true;
    }
    return this.#isRightAssertion(String(body.client_assertion), issuer);
  }

  #isRightAssertion(assertion: string, { issuer }: IssuerFacts): boolean {
    const keyId = String(decoded(assertion.split('.')[0] ?? '').kid);
    const name = clientIn({ client_assertion: assertion });
    const by = acceptedAudiences(this.#case).includes(name) ? name : AUDIENCE;
    this.#expectAssertion(assertion, { alg: 'RS256', key: signingKey(keyId).publicKey, by, issuer });
    if (this.#case.keys === 'refused') return false;
    return keyId === (this.#case.keys === 'rotated' ? 'pending' : 'current');
  }

  /** A client with a key sends no secret, and does not name its key, because the server did not name it. */
  #expectClientAssertion(body: Readonly<Record<string, unknown>>, by: string, issuer: string): void {
    const assertion = String(body.client_assertion);
    this.#expect(!('client_secret' in body), 'a client secret beside the assertion');
    this.#expect(!('kid' in decoded(assertion.split('.')[0] ?? '')), 'an assertion with an invented key id');
    this.#expectAssertion(assertion, { alg: 'ES256', key: clientKey(by).publicKey, by, issuer });
  }

  #expectAssertion(assertion: string, { alg, key, by, issuer }: ExpectedAssertion): void {
    const [first = '', second = '', third = ''] = assertion.split('.');
    const claims = decoded(second);
    const options = { key, dsaEncoding: 'ieee-p1363' } as const;
    const isSigned = verify('sha256', Buffer.from(`${first}.${second}`), options, Buffer.from(third, 'base64url'));
    this.#expect(isSigned && decoded(first).alg === alg, 'an assertion that its key did not sign');
    this.#expect(claims.iss === by && claims.sub === by, 'an assertion by somebody else');
    this.#expect(claims.aud === issuer, 'an assertion for another issuer');
    this.#expect(typeof claims.jti === 'string' && claims.jti.length <= 64, 'an assertion without an id');
    const lifeSeconds = Number(claims.exp) - this.nowMs / 1000;
    this.#expect(lifeSeconds > 0 && lifeSeconds <= 300, 'an assertion that lives too long or not at all');
  }

  /** An assertion may be used only once, whatever the outcome of the call. */
  #noteAssertion(request: HttpRequest): void {
    const assertion = parameters(request).client_assertion;
    if (typeof assertion !== 'string') return;
    const id = String(decoded(assertion.split('.')[1] ?? '').jti);
    this.#expect(!this.#seenIds.has(id), 'an assertion that was used before');
    this.#seenIds.add(id);
    this.assertions.push(assertion);
  }

  #responseFor(index: 0 | 1, issuer: IssuerFacts): unknown {
    const testCase = this.#case;
    const isBasic = testCase.credential === 'basic';
    const type = testCase.tokenType === 'asp' ? 'application_specific_password_token' : testCase.tokenType;
    const usual = {
      active: true,
      token_type: type,
      scope: grantedScopes(testCase).join(' '),
      iat: START_SECONDS - 10,
      sub: SUBJECT,
      aud: oneOrMore(audiencesOfToken(testCase)),
      iss: issuer.issuer,
      ...WITH_ROLES,
      ...(testCase.applicationPasswordUsername === 'present' ? { username: USERNAME } : {}),
      ...(testCase.hasExp ? { exp: USUAL_EXP } : {}),
      ...(isBasic ? {} : { client_id: 'client-3' }),
      ...(testCase.credential === 'opaque' && { cnf: confirmationClaim(testCase) }),
    };
    return CHANGED[knowledgeOf(testCase, index)](usual, issuer);
  }

  #expect(isRight: boolean, fault: string): void {
    if (!isRight) this.faults.push(fault);
  }
}

/** Our own signing keys. They are small, because the stand-in accepts that and they sign faster. */
export function signingKey(kid: string): { readonly publicKey: KeyObject; readonly privateKey: KeyObject } {
  return keyPair(`ours-${kid}`, 'weakRsa');
}

/** The key of a client that has one. */
export function clientKey(clientId: string): { readonly publicKey: KeyObject; readonly privateKey: KeyObject } {
  return keyPair(clientId, 'P-256');
}

interface ExpectedAssertion {
  readonly alg: string;
  readonly key: KeyObject;
  /** Who signed it: the client's id, or the audience. */
  readonly by: string;
  /** Whom it is for. */
  readonly issuer: string;
}

type Facts = Readonly<Record<string, unknown>>;
const without = (facts: Facts, name: string): Facts =>
  Object.fromEntries(Object.entries(facts).filter(([key]) => key !== name));

const CHANGED: Readonly<Record<Case['knows0'], (usual: Facts, issuer: IssuerFacts) => unknown>> = {
  active: (usual) => usual,
  inactive: () => ({ active: false }),
  issWrong: (usual) => ({ ...usual, iss: 'https://third.example/' }),
  issMissing: (usual) => without(usual, 'iss'),
  audWrong: (usual) => ({ ...usual, aud: 'https://other.api' }),
  audMissing: (usual) => without(usual, 'aud'),
  audArray: (usual) => ({ ...usual, aud: ['https://other.api', usual.aud].flat() }),
  expired: (usual) => ({ ...usual, exp: START_SECONDS - 60 }),
  expText: (usual) => ({ ...usual, exp: 'tomorrow' }),
  nbfAhead: (usual) => ({ ...usual, nbf: START_SECONDS + 60 }),
  typeRefresh: (usual) => ({ ...usual, token_type: 'refresh_token' }),
  typeId: (usual) => ({ ...usual, token_type: 'id_token' }),
  typeMissing: (usual) => without(usual, 'token_type'),
  typeNumber: (usual) => ({ ...usual, token_type: 1 }),
  cnf: (usual) => ({ ...usual, cnf: { jkt: '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I' } }),
  subMissing: (usual) => without(usual, 'sub'),
  subEmpty: (usual) => ({ ...usual, sub: '' }),
  activeText: (usual) => ({ ...usual, active: 'true' }),
  activeNumber: (usual) => ({ ...usual, active: 1 }),
  activeMissing: (usual) => without(usual, 'active'),
};

const LASTING: Readonly<Record<string, Reply | undefined>> = {
  connection: 'connection',
  status429: text(429, ''),
  status429Long: text(429, '{"error":"too_many_requests"}', { 'retry-after': '120' }),
  status500: text(500, ''),
  status500Html: text(500, '<html>Internal Server Error</html>'),
  status502: text(502, 'Bad Gateway'),
  status503: text(503, 'Service Unavailable'),
  status504: text(504, ''),
  status404: text(404, 'Not Found'),
  redirect: text(302, '', { location: 'https://evil.example/' }),
  garbage: text(200, '<html>Welcome to the hotel network</html>'),
  emptyBody: text(200, ''),
  array: text(200, '[]'),
  tooLarge: 'too_large',
  notText: 'not_text',
};

const refused = (status: number, error: string, description = 'No.') =>
  json(status, { error, error_description: description });

const LOGIN_REPLIES: Readonly<Record<Exclude<Case['login'], 'right'>, HttpResponse>> = {
  wrong: refused(403, 'invalid_grant', 'Wrong email or password.'),
  mfa: json(403, {
    error: 'mfa_required',
    error_description: 'Multifactor authentication required',
    mfa_token: 'Fe26.2*mfa-token',
  }),
  leaked: refused(401, 'password_leaked'),
  tooManyAttempts: refused(429, 'too_many_attempts'),
  blocked: refused(403, 'unauthorized', 'user is blocked'),
  unverified: refused(403, 'requires_verification'),
  deniedByAction: refused(403, 'access_denied', 'Not on Sundays.'),
  deniedByActionAs500: refused(500, 'access_denied', 'Not on Sundays.'),
  mfaRegistration: refused(403, 'mfa_registration_required'),
  passwordExpired: refused(403, 'password_expired'),
  invalidClient: refused(401, 'invalid_client'),
  accessDenied401: refused(401, 'access_denied', 'Unauthorized'),
  unauthorizedClient: refused(403, 'unauthorized_client', 'Grant type "password" not allowed for the client.'),
  invalidScope: refused(400, 'invalid_scope'),
  invalidRequest: refused(400, 'invalid_request'),
  serviceNotFound: refused(403, 'access_denied', 'Service not found: https://demo.api'),
  noDefaultConnection500: refused(500, 'server_error', 'Authorization server not configured with default connection.'),
  rateLimited: refused(429, 'too_many_requests', 'Global limit has been reached'),
};

const secretHeader = (): string => {
  const encode = encodeURIComponent;
  return `Basic ${Buffer.from(`${encode(ISSUER_CLIENT.clientId)}:${encode(ISSUER_CLIENT.clientSecret)}`).toString('base64')}`;
};

function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): HttpResponse {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}

/** Who has signed the assertion. */
const clientIn = (body: Readonly<Record<string, unknown>>): string =>
  String(decoded(String(body.client_assertion).split('.')[1] ?? '').iss);

function text(status: number, body: string, headers: Readonly<Record<string, string>> = {}): HttpResponse {
  return { status, headers, body };
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

function decoded(part: string): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
  return isRecord(value) ? value : {};
}

/** The parameters of a request, in either encoding. */
export function parameters({ headers, body = '' }: HttpRequest): Readonly<Record<string, unknown>> {
  if (headers['content-type'] !== 'application/json') return Object.fromEntries(new URLSearchParams(body));
  const value: unknown = JSON.parse(body);
  return isRecord(value) ? value : {};
}
