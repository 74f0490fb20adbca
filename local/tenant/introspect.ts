/**
 * `POST /oauth/introspect` (RFC 7662): describes a token to the authenticated resource server that it was issued for,
 * and to no other.
 */
import type { Exchange, Refusal, Reply } from './http.ts';
import { NOT_FOUND } from './not-found.ts';
import { oauthError } from './oauth-error.ts';
import { readFields, requireField } from './oauth-fields.ts';
import type { TenantParts } from './parts.ts';
import type { JsonObject } from './records.ts';
import { tokenTypeOf } from './sender-constraint.ts';

const INACTIVE = { active: false };

export async function introspect(exchange: Exchange, tenant: TenantParts): Promise<Reply> {
  if (!tenant.behaviour.hasApplicationPasswords) return NOT_FOUND;
  const { bodyType } = exchange;
  if (!tenant.behaviour.bodyFormats.some((format) => format === bodyType)) throw unsupported(tenant);
  const fields = readFields(exchange);
  const api = await tenant.assertions.verify(fields);
  const token = requireField(fields, 'token');
  return { status: 200, body: describeToken(token, api.identifier, tenant) ?? INACTIVE };
}

function unsupported({ behaviour }: TenantParts): Refusal {
  return oauthError(400, 'invalid_request', `The body must be in this format: ${behaviour.bodyFormats.join(' or ')}.`);
}

function describeToken(token: string, audience: string, tenant: TenantParts): JsonObject | undefined {
  return (
    describeApplicationPassword(token, audience, tenant) ??
    describeOpaque(token, audience, tenant) ??
    describeJwt(token, audience, tenant)
  );
}

/** The response for an app specific password has neither `exp` nor `client_id`. */
function describeApplicationPassword(token: string, audience: string, tenant: TenantParts): JsonObject | undefined {
  const { state, tokens, issuer, now } = tenant;
  const record = tokens.findApplicationPassword(token);
  if (!record || record.audience !== audience) return undefined;
  const user = state.users.get(record.user_id);
  if (!user || user.blocked) return undefined;
  state.applicationPasswords.set(record.id, { ...record, lastAccessedMs: now() });
  return {
    active: true,
    token_type: 'application_specific_password_token',
    scope: record.scope.join(' '),
    iat: Math.floor(record.createdAtMs / 1000),
    sub: record.user_id,
    aud: audience,
    iss: issuer,
    username: user.username,
  };
}

function describeOpaque(value: string, audience: string, tenant: TenantParts): JsonObject | undefined {
  const token = tenant.tokens.findOpaque(value);
  if (!token || token.audience !== audience) return undefined;
  return {
    ...token.claims,
    active: true,
    token_type: token.use === 'refresh' ? 'refresh_token' : tokenTypeOf(token.cnf),
    ...(token.cnf && { cnf: token.cnf }),
    scope: token.scope,
    client_id: token.clientId,
    ...usernameOf(token.sub, tenant),
    iat: token.iat,
    exp: token.exp,
    sub: token.sub,
    aud: token.audience,
    iss: tenant.issuer,
  };
}

function describeJwt(token: string, audience: string, tenant: TenantParts): JsonObject | undefined {
  const claims = tenant.tokens.verifyJwt(token);
  if (!claims || ![claims.aud].flat().includes(audience)) return undefined;
  const { azp, gty: _gty, client_id = azp, cnf, ...described } = claims;
  const response = {
    ...described,
    client_id,
    active: true,
    token_type: tokenTypeOf(cnf),
    ...(cnf !== undefined && { cnf }),
  };
  return { ...response, ...usernameOf(String(claims.sub), tenant) };
}

function usernameOf(sub: string, tenant: TenantParts): JsonObject {
  const user = tenant.state.users.get(sub);
  return user ? { username: user.username } : {};
}
