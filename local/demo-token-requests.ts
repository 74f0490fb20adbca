/** The requests of the demonstration with special tokens: PS256, encrypted, bound to a key or a certificate, of another organization. */
import type { BindingMode } from '../src/core/principal.ts';
import { DemoKey } from './demo-proof.ts';
import { type DemoRequest, type DemoRequests, inVariable, urlOf } from './demo-requests.ts';
import type { DemoChoice } from './demo-routes.ts';
import type { Tenant } from './tenant/server.ts';

/** What the configuration says about special tokens. */
export interface TokenSettings {
  /** @default 'off' */
  readonly dpop?: BindingMode | undefined;
  /** @default 'off' */
  readonly mtls?: BindingMode | undefined;
  /** The URL in DPoP proofs. @default the gateway's */
  readonly publicUrl?: string | undefined;
  /** @default the organization does not matter */
  readonly allowedOrganizations?: readonly string[] | undefined;
}

export interface TokenTarget extends TokenSettings {
  readonly gateway: string;
  readonly tenant: Tenant;
  readonly audience: string;
}

/** Any certificate of which nobody here has the key. */
const CERTIFICATE_THUMBPRINT = 'A'.repeat(43);

/** @returns requests with the special tokens that the configuration is about */
export function tokenRequests(target: TokenTarget, choice: DemoChoice): Pick<DemoRequests, 'requests' | 'variables'> {
  const { tenant, dpop = 'off', mtls = 'off', allowedOrganizations: [orgId] = [] } = target;
  const { audience = target.audience } = choice.route.requirement;
  const options = { audience, scope: choice.scopes.join(' '), ...(orgId !== undefined && { orgId }) };
  const variables: Record<string, string> = {};
  const row = (title: string, expected: DemoRequest['expected'], name: string, token: string): DemoRequest => {
    variables[name] = token;
    return { title, route: choice.route, expected, ...inVariable(name, token) };
  };
  const requests = [
    row('JWT signed with PS256', 'allowed', 'PSS_TOKEN', tenant.mintJwt({ ...options, alg: 'PS256' })),
    row('encrypted token', 401, 'ENCRYPTED_TOKEN', tenant.mintEncrypted(options)),
  ];
  if (orgId !== undefined) {
    const token = tenant.mintJwt({ ...options, orgId: 'org_of_somebody_else' });
    requests.push(row('JWT of another organization', 401, 'OTHER_TOKEN', token));
  }
  if (mtls !== 'off') {
    const token = tenant.mintJwt({ ...options, cnf: { 'x5t#S256': CERTIFICATE_THUMBPRINT } });
    requests.push(row('JWT bound to a certificate, without it', 401, 'CERTIFICATE_TOKEN', token));
  }
  if (dpop === 'off') return { requests, variables };
  const key = new DemoKey();
  const token = tenant.mintJwt({ ...options, cnf: { jkt: key.thumbprint } });
  requests.push(row('JWT bound to a key, as Bearer', 401, 'BOUND_TOKEN', token));
  // Such a token is bound to no certificate.
  return { requests: [...requests, ...provenRequests(target, choice, key, token, mtls !== 'required')], variables };
}

/** Requests with proofs. A proof is for one use, so nobody can repeat them. */
function provenRequests(
  { gateway, publicUrl = gateway.slice(0, -1) }: TokenTarget,
  { route }: DemoChoice,
  key: DemoKey,
  token: string,
  isEnough: boolean,
): readonly DemoRequest[] {
  const request = { method: route.method, url: urlOf(`${publicUrl}/`, route), token, nowMs: Date.now() };
  const proof = key.proofFor(request);
  const common = { route, authorization: `DPoP ${token}`, isForOneUse: true } as const;
  return [
    {
      ...common,
      title: 'JWT bound to a key, with a DPoP proof',
      expected: isEnough ? 'allowed' : 401,
      headers: { DPoP: proof },
    },
    { ...common, title: 'a DPoP proof that was used before', expected: 401, headers: { DPoP: proof } },
    {
      ...common,
      title: 'a DPoP proof by another key',
      expected: 401,
      headers: { DPoP: new DemoKey().proofFor(request) },
    },
  ];
}

/** Whether the configuration refuses every caller whose token is not bound to a key or certificate. */
export function requiresBinding({ dpop, mtls }: TokenSettings): boolean {
  return dpop === 'required' || mtls === 'required';
}
