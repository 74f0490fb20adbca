/** `/userinfo` (OpenID Connect Core section 5.3): who the user of an access token is. */
import { userinfoAudience } from '../access-token.ts';
import { type Exchange, Refusal, type Reply } from '../http.ts';
import { splitScope } from '../oauth-fields.ts';
import type { TenantParts } from '../parts.ts';
import { profileOf } from './profile.ts';

export function userinfo(exchange: Exchange, tenant: TenantParts): Reply {
  const described = describe(readToken(exchange), tenant);
  const user = described && tenant.state.users.get(described.sub);
  if (!user || user.blocked) throw unauthorized();
  return { status: 200, body: profileOf(user, described.scope) };
}

function readToken({ headers, bodyType, body }: Exchange): string {
  const fromHeader = /^Bearer ([\w.~+/-]+=*)$/i.exec(headers.authorization ?? '')?.[1];
  const fromForm = bodyType === 'form' ? body?.access_token : undefined;
  const token = fromHeader ?? fromForm;
  if (typeof token !== 'string' || (fromHeader !== undefined && fromForm !== undefined)) throw unauthorized();
  return token;
}

/** Only tokens for `/userinfo` with the scope `openid`; no token that is bound to a key. */
function describe(token: string, { tokens, issuer }: TenantParts) {
  const opaque = tokens.findOpaque(token);
  const claims = opaque?.use === 'access' ? { ...opaque, aud: opaque.audience } : tokens.verifyJwt(token);
  if (!claims || claims.cnf !== undefined) return undefined;
  const scope = splitScope(String(claims.scope ?? ''));
  const isForUserinfo = [claims.aud].flat().includes(userinfoAudience(issuer)) && scope.includes('openid');
  return isForUserinfo ? { sub: String(claims.sub), scope } : undefined;
}

function unauthorized(): Refusal {
  const headers = { 'www-authenticate': 'Bearer error="invalid_token"' };
  return new Refusal({ status: 401, body: { error: 'invalid_token', error_description: 'Unauthorized' }, headers });
}
