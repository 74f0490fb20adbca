/** Issues the access token of a grant: a JWT in the dialect that the API is configured for. */
import { randomUUID } from 'node:crypto';
import type { TenantParts } from './parts.ts';
import type { JsonObject, ResourceServerRecord } from './records.ts';

const DEFAULT_LIFETIME_SECONDS = 86_400;

export interface AccessTokenRequest {
  readonly api: ResourceServerRecord;
  readonly clientId: string;
  readonly sub: string;
  readonly scope: readonly string[];
  readonly grantType: 'client-credentials' | 'password';
}

function signatureFor({ signing_alg: alg, signing_secret: secret }: ResourceServerRecord) {
  return alg === 'PS256' || alg === 'HS256' ? ({ alg, secret } as const) : {};
}

/** Returns the members of a successful token response. */
export function issueAccessToken(request: AccessTokenRequest, tenant: TenantParts): JsonObject {
  const { api, clientId, sub, grantType } = request;
  const lifetimeSeconds = api.token_lifetime ?? DEFAULT_LIFETIME_SECONDS;
  const iat = tenant.tokens.nowSeconds();
  const scope = request.scope.join(' ');
  const { token_dialect: dialect = 'access_token' } = api;
  const isRfc9068 = dialect.startsWith('rfc9068_profile');
  const common = { iss: tenant.issuer, sub, aud: api.identifier, iat, exp: iat + lifetimeSeconds };
  const own = isRfc9068 ? { client_id: clientId, jti: randomUUID() } : { azp: clientId, gty: grantType };
  // This tenant gives every user the role that has all requested scopes.
  const authorization = dialect.endsWith('_authz') ? { permissions: request.scope } : {};
  const access_token = tenant.tokens.issueJwt({
    claims: { ...common, ...(scope && { scope }), ...own, ...authorization },
    typ: isRfc9068 ? 'at+jwt' : 'JWT',
    ...signatureFor(api),
  });
  return { access_token, token_type: 'Bearer', expires_in: lifetimeSeconds, scope };
}
