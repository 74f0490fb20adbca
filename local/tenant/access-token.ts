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
  readonly grantType: 'client-credentials' | 'password';
  /** What the token is bound to. @default a Bearer token */
  readonly cnf?: JsonObject | undefined;
  /** Claims beside the usual ones, such as `org_id`. */
  readonly claims?: JsonObject | undefined;
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
  const common = { iss: tenant.issuer, sub, aud: api.identifier, iat, exp: iat + lifetimeSeconds };
  const own = isRfc9068 ? { client_id: clientId, jti: randomUUID() } : { azp: clientId, gty: grantType };
  // This tenant gives every user the role that has all requested scopes.
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
