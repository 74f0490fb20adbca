/** Issues the access token of a grant: a JWT in the dialect that the API is configured for. */
import { randomUUID } from 'node:crypto';
import { encryptionKeyOf, encryptJwt } from './encrypted-token.ts';
import type { TenantParts } from './parts.ts';
import type { JsonObject, ResourceServerRecord } from './records.ts';
import { tokenTypeOf } from './sender-constraint.ts';

const DEFAULT_LIFETIME_SECONDS = 86_400;

export interface AccessTokenRequest {
  readonly api: ResourceServerRecord;
  readonly clientId: string;
  readonly sub: string;
  readonly scope: readonly string[];
  /** @default none: the tokens of a login page do not have it */
  readonly grantType?: 'client-credentials' | 'password';
  /** What the token is bound to. @default a Bearer token */
  readonly cnf?: JsonObject | undefined;
  /** Claims beside the usual ones, such as `org_id`. */
  readonly claims?: JsonObject | undefined;
  /** Whether the token is for `/userinfo` as well. @default false */
  readonly forUserinfo?: boolean;
}

/** The audience of tokens for `/userinfo`. */
export function userinfoAudience(issuer: string): string {
  return `${issuer}userinfo`;
}

function signatureFor({ signing_alg: alg, signing_secret: secret }: ResourceServerRecord) {
  return alg === 'PS256' || alg === 'HS256' ? ({ alg, secret } as const) : {};
}

/** Returns the members of a successful token response. */
export function issueAccessToken(request: AccessTokenRequest, tenant: TenantParts): JsonObject {
  const { api, clientId, sub, grantType, cnf } = request;
  const lifetimeSeconds = api.token_lifetime ?? DEFAULT_LIFETIME_SECONDS;
  const iat = tenant.tokens.nowSeconds();
  const scope = request.scope.join(' ');
  const { token_dialect: dialect = 'access_token' } = api;
  const isRfc9068 = dialect.startsWith('rfc9068_profile');
  const aud = request.forUserinfo ? [api.identifier, userinfoAudience(tenant.issuer)] : api.identifier;
  const common = { iss: tenant.issuer, sub, aud, iat, exp: iat + lifetimeSeconds };
  const own = isRfc9068
    ? { client_id: clientId, jti: randomUUID() }
    : { azp: clientId, ...(grantType && { gty: grantType }) };
  const authorization = dialect.endsWith('_authz') ? { permissions: request.scope } : {};
  const jwt = tenant.tokens.issueJwt({
    claims: { ...request.claims, ...common, ...(scope && { scope }), ...own, ...authorization, ...(cnf && { cnf }) },
    typ: isRfc9068 ? 'at+jwt' : 'JWT',
    ...signatureFor(api),
  });
  const encryptionKey = encryptionKeyOf(api.token_encryption);
  const access_token = encryptionKey ? encryptJwt(jwt, encryptionKey) : jwt;
  return { access_token, token_type: tokenTypeOf(cnf), expires_in: lifetimeSeconds, scope };
}
