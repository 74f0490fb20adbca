/** The tenant's state as the page shows it. Never a secret: neither the value of an app password nor a key. */
import type { Fact, FactGroup } from '../../web/inspector/protocol.ts';
import type { TenantOverview } from '../tenant/overview.ts';

export interface ViewSettings {
  readonly overview: TenantOverview;
  /** The API that is shown. */
  readonly audience: string;
  /** The ids of our own signing keys. */
  readonly kids: { readonly current: string; readonly pending: string | undefined };
}

const MOST_PASSWORDS = 20;
const MOST_REQUESTS = 8;
const MOST_SCOPES = 4;

export function tenantView(settings: ViewSettings): readonly FactGroup[] {
  const { overview } = settings;
  return [
    passwordsOf(overview),
    loginsOf(overview),
    limitsOf(overview),
    keysOf(settings),
    grantsOf(settings),
    requestsOf(overview),
  ];
}

function keysOf({ overview, audience, kids }: ViewSettings): FactGroup {
  const api = overview.resourceServers.find(({ identifier }) => identifier === audience);
  const pending = kids.pending === undefined ? [] : [{ name: 'Our pending key', value: short(kids.pending) }];
  const [current = '', ...older] = overview.signingKeys;
  return {
    title: 'Keys',
    none: 'There is no key.',
    facts: [
      { name: 'We sign with', value: short(kids.current) },
      ...pending,
      {
        name: 'The tenant trusts',
        value: api ? api.keyIds.map(short).join(', ') || 'no key' : 'The API does not exist',
      },
      { name: 'The tenant signs with', value: short(current) },
      ...older.map((kid) => ({ name: 'It also publishes', value: short(kid) })),
    ],
  };
}

function grantsOf({ overview, audience }: ViewSettings): FactGroup {
  const shown = [audience, `${overview.issuer}api/v2/`];
  const grants = overview.clientGrants.filter((grant) => shown.includes(grant.audience));
  const facts = grants.map(({ clientId, scopes, audience: of }): Fact => {
    const api = of === audience ? 'this API' : 'Management API';
    return { name: clientId, value: `${api}: ${scopes === 'all' ? 'every scope' : listOf(scopes)}` };
  });
  return { title: 'Client grants', none: 'No client has a grant.', facts };
}

function listOf(scopes: readonly string[]): string {
  if (scopes.length === 0) return 'no scope';
  const more = scopes.length > MOST_SCOPES ? ` and ${scopes.length - MOST_SCOPES} more` : '';
  return `${scopes.slice(0, MOST_SCOPES).join(', ')}${more}`;
}

function passwordsOf({ applicationPasswords }: TenantOverview): FactGroup {
  const newest = [...applicationPasswords].reverse().slice(0, MOST_PASSWORDS);
  const facts = newest.map(({ id, username, label, scopes, lastUsedAt }): Fact => {
    const used = lastUsedAt === null ? 'never used' : `used ${timeOf(lastUsedAt)}`;
    return {
      name: label,
      value: `${username}, ${listOf(scopes)}, ${used}`,
      remove: { action: 'revoke_app_password', id },
    };
  });
  return { title: 'App passwords', none: 'Nobody has an app password.', facts };
}

function loginsOf({ failedLogins, at }: TenantOverview): FactGroup {
  const facts = failedLogins.map(({ username, ip, failures, blockedUntil }): Fact => {
    const name = `${username} from ${ip}`;
    if (blockedUntil === null || blockedUntil <= at) return { name, value: `${failures} failed` };
    return { name, value: `${failures} failed, blocked until ${timeOf(blockedUntil)}`, isAlarming: true };
  });
  return { title: 'Failed logins and blocks', none: 'No login has failed.', facts };
}

function limitsOf({ rateLimits }: TenantOverview): FactGroup {
  const facts = rateLimits.map(({ family, limit, remaining, resetsAt }): Fact => {
    const name = family === 'management' ? 'Management API' : 'Authentication API';
    const reset = resetsAt === null ? '' : `, resets ${timeOf(resetsAt)}`;
    const fact = { name, value: `${remaining} of ${limit} left${reset}` };
    return remaining === 0 ? { ...fact, isAlarming: true } : fact;
  });
  return { title: 'Rate limits', none: 'There are none.', facts };
}

function requestsOf({ requests }: TenantOverview): FactGroup {
  const latest = requests.slice(-MOST_REQUESTS).reverse();
  const facts = latest.map(({ method, path, status, at }): Fact => {
    const fact = { name: `${method} ${path}`, value: `${status === 0 ? 'no response' : status}, ${timeOf(at)}` };
    return status === 0 || status >= 400 ? { ...fact, isAlarming: true } : fact;
  });
  return { title: 'Its latest requests', none: 'None in the last minute.', facts };
}

function timeOf(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(11, 19)} UTC`;
}

function short(id: string): string {
  return id.length <= 14 ? id : `${id.slice(0, 12)}…`;
}
