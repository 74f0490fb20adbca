/** The tenant's state as the page shows it. Never a secret: neither the value of an app password nor a key. */
import { X509Certificate } from 'node:crypto';
import { isJsonObject, parseJson } from '../../src/core/json.ts';
import type { Fact, FactGroup } from '../../web/inspector/protocol.ts';
import type { ApplicationPasswordRecord, ResourceServerRecord } from '../tenant/records.ts';
import type { Tenant } from '../tenant/server.ts';

export interface ViewSettings {
  readonly tenant: Tenant;
  /** The API that is shown. */
  readonly audience: string;
  /** The ids of our own signing keys. */
  readonly kids: { readonly current: string; readonly pending: string | undefined };
}

const MAXIMUM_PASSWORDS = 30;

export function tenantView(settings: ViewSettings): readonly FactGroup[] {
  return [keysOf(settings), grantsOf(settings), passwordsOf(settings), loginsOf(settings), callsOf(settings)];
}

function keysOf({ tenant, audience, kids }: ViewSettings): FactGroup {
  const api = [...tenant.state.resourceServers.values()].find(({ identifier }) => identifier === audience);
  const pending = kids.pending === undefined ? [] : [{ name: 'Our pending key', value: short(kids.pending) }];
  return {
    title: 'Keys',
    none: 'There is no key.',
    facts: [
      { name: 'Our key signs with', value: short(kids.current) },
      ...pending,
      { name: 'The tenant trusts for this API', value: api ? trustedKey(api) : 'the API does not exist' },
      { name: 'The tenant signs with', value: short(signingKid(tenant)) },
    ],
  };
}

/** The API shows our key as a certificate, in which the id is the common name or missing. */
function trustedKey({ verificationKey, verificationKeys }: ResourceServerRecord): string {
  const listed = Array.isArray(verificationKeys) ? verificationKeys.length : 0;
  if (typeof verificationKey !== 'string') return listed > 0 ? `${listed} keys` : 'no key';
  try {
    return `a certificate, SHA-256 ${new X509Certificate(verificationKey).fingerprint256.slice(0, 11)}…`;
  } catch {
    return 'a public key';
  }
}

/** The header of a new token names it. */
function signingKid(tenant: Tenant): string {
  const header = parseJson(Buffer.from(tenant.mintJwt().split('.')[0] ?? '', 'base64url').toString());
  return isJsonObject(header) ? String(header.kid) : '';
}

function grantsOf({ tenant, audience: shown }: ViewSettings): FactGroup {
  const grants = [...tenant.state.clientGrants.values()];
  const relevant = grants.filter(({ audience }) => audience === shown || audience === `${tenant.issuer}api/v2/`);
  const facts = relevant.map((grant): Fact => {
    const { client_id: client = 'every client', scope } = grant;
    return { name: client, value: scope.length === 0 ? 'no scope' : scope.join(', ') };
  });
  return { title: 'Client grants', none: 'No client has a grant.', facts };
}

function passwordsOf({ tenant }: ViewSettings): FactGroup {
  const records = [...tenant.state.applicationPasswords.values()].reverse().slice(0, MAXIMUM_PASSWORDS);
  return {
    title: 'App passwords',
    none: 'Nobody has an app password.',
    facts: records.map((record) => passwordFact(record, tenant)),
  };
}

function passwordFact(
  { id, user_id: userId, label, scope, lastAccessedMs }: ApplicationPasswordRecord,
  tenant: Tenant,
): Fact {
  const owner = tenant.state.users.get(userId)?.username ?? userId;
  const used = lastAccessedMs === undefined ? 'never used' : `used ${timeOf(lastAccessedMs)}`;
  return {
    name: label,
    value: `${owner}, ${scope.join(' ')}, ${used}`,
    remove: { action: 'revoke_app_password', id },
  };
}

function loginsOf({ tenant }: ViewSettings): FactGroup {
  const facts = [...tenant.state.users.values()].flatMap(({ username }): readonly Fact[] => {
    const failures = tenant.logins.totalFailures(username);
    const blocked = tenant.logins.blockedIps(username);
    if (failures === 0 && blocked.length === 0) return [];
    if (blocked.length === 0) return [{ name: username, value: `${failures} failed` }];
    return [{ name: username, value: `${failures} failed, blocked from ${blocked.join(', ')}`, isAlarming: true }];
  });
  return { title: 'Failed logins and blocks', none: 'No login has failed.', facts };
}

function callsOf({ tenant }: ViewSettings): FactGroup {
  const facts = tenant.requests
    .slice(-8)
    .reverse()
    .map(({ method, path, status, at }): Fact => {
      const fact = { name: `${method} ${path}`, value: `${status === 0 ? 'no response' : status}, ${timeOf(at)}` };
      return status === 0 || status >= 400 ? { ...fact, isAlarming: true } : fact;
    });
  return { title: 'Its last requests', none: 'It has received none.', facts };
}

function timeOf(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(11, 19)} UTC`;
}

function short(id: string): string {
  return id.length <= 14 ? id : `${id.slice(0, 12)}…`;
}
