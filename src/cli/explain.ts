/** Shows what the authorizer would decide about a Bearer token for each configured route, by running the authorizer itself. */
import type { Decision } from '../authorizer/decision.ts';
import type { CredentialErrorCode } from '../core/errors.ts';
import { claimContext, type Principal } from '../core/principal.ts';
import { CONNECT_ROUTE, type RouteSetting, type RouteSettings, requirementOf, scopesOf } from '../core/routes.ts';
import { isCompactJwe, isCompactJws } from '../issuer/jwt.ts';
import type { ProofTable } from '../shared-state/ports.ts';
import type { SigningKeyStore } from '../signing-key/signing-key-ring.ts';
import { authorizerConfiguration } from './authorizer-configuration.ts';
import type { Context } from './command.ts';
import { CREDENTIAL_REASONS } from './reason-words.ts';

/** The decision about one route. */
export interface Explanation {
  readonly route: string;
  readonly outcome: Decision['outcome'] | 'public';
  /** What the caller gets; 200 stands for any response of the backend. */
  readonly status: 200 | 401 | 403 | 503;
  /** The reason code; `allowed` or `public` if the call is let through. */
  readonly reason: string;
  /** The rule in words. */
  readonly rule: string;
  /** The audiences that the token is for, if the API has several and accepts it. */
  readonly audiences?: readonly string[];
  /** What the backend receives besides the usual values: claims and the actor. Absent if there is nothing. */
  readonly claims?: Readonly<Record<string, string>>;
}

/** A plain Bearer token comes without a proof, so nothing is recorded. */
const NO_PROOFS: ProofTable = { add: async () => false };

/** Describes how the authorizer handles a token, by its form. */
export function describeHandling(token: string): string {
  if (isCompactJwe(token)) return 'five parts, so an encrypted JWT: refused, because only its recipient could read it';
  return isCompactJws(token)
    ? "three parts, so a JWT: verified with the tenant's public keys, and then introspected only with introspectJwts"
    : 'not a JWT, so an opaque token or app specific password: introspected by the tenant';
}

/** Names the ways in which a caller may send the token. */
export function describeCarriers(context: Pick<Context, 'args' | 'settings' | 'ports'>): string {
  const { basicTokenUsers: users } = authorizerConfiguration(context);
  return users.length === 0 ? 'a Bearer token' : `a Bearer token or the Basic password of ${users.join(' or ')}`;
}

/** Decides about every route. The token is looked up once; the authorizer's cache serves the other routes. */
export async function explain(
  token: string,
  keys: SigningKeyStore,
  context: Pick<Context, 'args' | 'settings' | 'ports'>,
): Promise<readonly Explanation[]> {
  const configuration = authorizerConfiguration(context);
  const authorizer = context.ports.composeAuthorizer(configuration, {
    ...context.ports,
    signingKeys: keys,
    proofs: NO_PROOFS,
  });
  const explanations: Explanation[] = [];
  for (const [route, setting] of routeEntries(configuration.routes)) {
    const decide = () => authorizer.decide({ authorization: [`Bearer ${token}`], ...callOf(route) });
    explanations.push(setting === 'public' ? explainPublic(route) : explainDecision(route, setting, await decide()));
  }
  return explanations;
}

function routeEntries(routes: RouteSettings): readonly (readonly [string, RouteSetting])[] {
  return Object.entries(routes);
}

/** A call of the route, with `x` for each parameter. */
function callOf(route: string) {
  if (route === CONNECT_ROUTE) return { method: 'GET', resourcePath: CONNECT_ROUTE, path: '/' };
  const [method = '', resourcePath = ''] = route.split(' ');
  return { method, resourcePath, path: resourcePath.replace(/\{[^}]*\}/g, 'x') };
}

function explainPublic(route: string): Explanation {
  return { route, outcome: 'public', status: 200, reason: 'public', rule: 'public: no authorizer is involved' };
}

function explainDecision(route: string, setting: Exclude<RouteSetting, 'public'>, decision: Decision): Explanation {
  const { outcome } = decision;
  switch (decision.outcome) {
    case 'allow':
      return {
        route,
        outcome,
        status: 200,
        reason: 'allowed',
        rule: allowRule(setting),
        ...shownAudiences(decision),
        ...claimsOf(decision.principal),
      };
    case 'deny':
      return {
        route,
        outcome,
        status: 403,
        reason: decision.reason,
        rule: denyRule(setting, decision),
        ...shownAudiences(decision),
      };
    case 'unauthenticated':
      return { route, outcome, status: 401, reason: decision.reason, rule: refusalRule(setting, decision) };
    case 'unavailable':
      return { route, outcome, status: 503, reason: decision.reason, rule: decision.message };
  }
}

function claimsOf(principal: Principal): Pick<Explanation, 'claims'> {
  const claims = claimContext(principal);
  return Object.keys(claims).length === 0 ? {} : { claims };
}

function shownAudiences({ principal: { audiences } }: { readonly principal: Principal }) {
  return audiences ? { audiences } : {};
}

function refusalRule(setting: Exclude<RouteSetting, 'public'>, { reason }: { readonly reason: CredentialErrorCode }) {
  const { audience } = requirementOf(setting);
  const words = CREDENTIAL_REASONS[reason];
  return reason === 'audience_mismatch' && audience !== undefined
    ? `${words}, or not for ${audience}, which the route requires`
    : words;
}

function allowRule(setting: Exclude<RouteSetting, 'public'>): string {
  const requirement = requirementOf(setting);
  const scopes = scopesOf(requirement);
  const { audience } = requirement;
  const ofAudience = audience === undefined ? '' : ` and is for ${audience}`;
  if (scopes.length === 0) return audience === undefined ? 'any principal may call it' : `is for ${audience}`;
  return `has ${'anyOf' in requirement ? 'one of ' : ''}${scopes.join(', ')}${ofAudience}`;
}

function denyRule(
  setting: Exclude<RouteSetting, 'public'>,
  { principal }: Extract<Decision, { outcome: 'deny' }>,
): string {
  const requirement = requirementOf(setting);
  const missing = scopesOf(requirement).filter((scope) => !principal.scopes.includes(scope));
  return 'anyOf' in requirement ? `has none of ${missing.join(', ')}` : `lacks ${missing.join(', ')}`;
}
