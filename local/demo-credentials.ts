/** The credentials of the demonstration, with the scopes that its routes need. */
import type { DemoChoice } from './demo-routes.ts';
import type { Ready } from './environment.ts';
import type { Tenant } from './tenant/server.ts';
import { findAudience, scopeValues } from './tenant/state.ts';

export interface DemoCredentials extends Readonly<Record<keyof Ready['tokens'] | 'revokedAsp', string>> {
  /** ASPs of the other accepted audiences. */
  readonly ofOtherAudiences: readonly { readonly audience: string; readonly asp: string }[];
  readonly username: string;
  readonly password: string;
  /** An ASP without a scope that some route requires. */
  readonly lackingAsp: string;
  /** Whether the tenant grants these scopes to a password. */
  readonly offersScopes: boolean;
  /** Whether the tokens are for an organization. */
  readonly isForOrganization: boolean;
}

interface Target {
  readonly tenant: Tenant;
  readonly audience: string;
  readonly audiences?: readonly string[];
  /** The tokens are for the first of these. */
  readonly allowedOrganizations?: readonly string[] | undefined;
}

export function mintCredentials(
  { tenant, audience: main, audiences = [], allowedOrganizations: [orgId] = [] }: Target,
  choice: DemoChoice,
): DemoCredentials {
  const { audience = main } = choice.route.requirement;
  const [user] = tenant.state.users.values();
  if (!user) throw new Error('The local tenant has no user.');
  const { username, password } = user;
  const options = { audience, scope: choice.scopes.join(' '), ...(orgId !== undefined && { orgId }) };
  const mintAspFor = (of: string, scopes: readonly string[]) =>
    tenant.mintApplicationPassword({ audience: of, scope: scopes.join(' '), label: 'demonstration' }).value;
  const mintAsp = (scopes: readonly string[]) => mintAspFor(audience, scopes);
  const asp = mintAsp(choice.scopes);
  const revokedAsp = mintAsp(choice.scopes);
  tenant.revoke(revokedAsp);
  const api = findAudience(tenant.state, audience);
  const offered = api ? scopeValues(api) : [];
  return {
    username,
    password,
    jwt: tenant.mintJwt(options),
    opaque: tenant.mintOpaque(options),
    asp,
    refresh: tenant.mintRefresh(options),
    expiredJwt: tenant.mintJwt({ ...options, expiresInSeconds: -3600 }),
    revokedAsp,
    lackingAsp: choice.lacking && choice.lacking.scopes !== choice.scopes ? mintAsp(choice.lacking.scopes) : asp,
    isForOrganization: orgId !== undefined,
    offersScopes: audience === main && (choice.scopes.every((scope) => offered.includes(scope)) || isUnscoped(choice)),
    ofOtherAudiences: [main, ...audiences]
      .filter((other) => other !== audience)
      .map((other) => ({ audience: other, asp: mintAspFor(other, choice.scopes) })),
  };
}

function isUnscoped({ route: { requirement } }: DemoChoice): boolean {
  return 'allOf' in requirement && requirement.allOf.length === 0;
}
