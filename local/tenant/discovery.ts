/** `GET /.well-known/…`: the tenant's public keys and its metadata (RFC 8414). */
import { PROOF_ALGORITHM } from './dpop-proof.ts';
import type { Exchange, Reply } from './http.ts';
import type { TenantParts } from './parts.ts';

export function jwks(_exchange: Exchange, { signingKeys }: TenantParts): Reply {
  return { status: 200, body: signingKeys.toJwks() };
}

export function openidConfiguration(_exchange: Exchange, { issuer }: TenantParts): Reply {
  return {
    status: 200,
    body: {
      issuer,
      authorization_endpoint: `${issuer}authorize`,
      token_endpoint: `${issuer}oauth/token`,
      introspection_endpoint: `${issuer}oauth/introspect`,
      jwks_uri: `${issuer}.well-known/jwks.json`,
      userinfo_endpoint: `${issuer}userinfo`,
      revocation_endpoint: `${issuer}oauth/revoke`,
      end_session_endpoint: `${issuer}oidc/logout`,
      grant_types_supported: [
        'authorization_code',
        'refresh_token',
        'client_credentials',
        'password',
        'http://auth0.com/oauth/grant-type/password-realm',
      ],
      code_challenge_methods_supported: ['S256'],
      scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
      claims_supported: ['sub', 'name', 'nickname', 'email', 'email_verified', 'auth_time', 'iss', 'aud', 'exp', 'iat'],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
      token_endpoint_auth_signing_alg_values_supported: ['RS256', 'RS384', 'PS256'],
      introspection_endpoint_auth_methods_supported: ['private_key_jwt'],
      introspection_endpoint_auth_signing_alg_values_supported: ['RS256'],
      dpop_signing_alg_values_supported: [PROOF_ALGORITHM],
      id_token_signing_alg_values_supported: ['RS256'],
      subject_types_supported: ['public'],
      response_types_supported: ['code'],
      response_modes_supported: ['query', 'web_message'],
    },
  };
}
