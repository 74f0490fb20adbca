/** Warns of settings of the resource server with which the tenant issues tokens that the authorizer refuses, or none at all. */
import type { AuthorizerConfiguration } from '../../config/authorizer-configuration.ts';
import type { TokenSettings } from '../../management/token-settings.ts';
import { authorizerConfiguration } from '../authorizer-configuration.ts';
import { type Check, passed, warned } from './check.ts';

interface Fault {
  readonly detail: string;
  readonly fix: string;
}

const ALGORITHMS = ['RS256', 'PS256'];
const SETTINGS = 'dashboard: Applications > APIs > the API > Settings';
const DIALECTS = ['access_token', 'access_token_authz', 'rfc9068_profile', 'rfc9068_profile_authz'];

export const tokenSettingsCheck: Check = {
  id: 'token-settings',
  title: 'The authorizer can check the tokens of the API',
  needs: ['resource-server'],
  run: async (examination) => {
    const { connect, audience } = examination;
    const found = await connect().resourceServers.find(audience);
    const faults = found ? faultsOf(found.tokens, authorizerConfiguration(examination)) : [];
    if (faults.length > 0) {
      return warned(faults.map(({ detail }) => detail).join('\n'), faults.map(({ fix }) => fix).join('\n'));
    }
    const { signingAlgorithm = 'the default algorithm', dialect = 'the default dialect' } = found?.tokens ?? {};
    return passed(`${signingAlgorithm}, ${dialect}`);
  },
};

function faultsOf(tokens: TokenSettings, configuration: AuthorizerConfiguration): readonly Fault[] {
  return [
    signingFault(tokens),
    dialectFault(tokens, configuration.permissionsAsScopes),
    encryptionFault(tokens),
    boundTokensFault(tokens, configuration),
    policyFault(tokens),
  ].filter((fault) => fault !== undefined);
}

function signingFault({ signingAlgorithm }: TokenSettings): Fault | undefined {
  if (signingAlgorithm === undefined || ALGORITHMS.includes(signingAlgorithm)) return undefined;
  const code = signingAlgorithm.startsWith('HS') ? 'algorithm_symmetric' : 'algorithm_refused';
  return {
    detail: `signing_alg is ${signingAlgorithm}: the authorizer refuses every JWT of this API (${code})`,
    fix: `Set the API's signing algorithm to RS256 or PS256 (${SETTINGS}).`,
  };
}

function dialectFault({ dialect }: TokenSettings, permissionsAsScopes: boolean): Fault | undefined {
  if (dialect === undefined || (DIALECTS.includes(dialect) && !dialect.endsWith('_authz'))) return undefined;
  if (!DIALECTS.includes(dialect)) {
    return {
      detail: `token_dialect is ${dialect}, which is unknown here`,
      fix: 'Check that a JWT of this API is accepted.',
    };
  }
  if (permissionsAsScopes) return undefined;
  return {
    detail: `token_dialect is ${dialect}: tokens have "permissions", which do not count as scopes`,
    fix: 'Set permissionsAsScopes to true if routes require scopes that users have as permissions.',
  };
}

function encryptionFault({ isEncrypted }: TokenSettings): Fault | undefined {
  if (!isEncrypted) return undefined;
  return {
    detail: 'token_encryption is set: the authorizer cannot read encrypted tokens, and refuses them (token_encrypted)',
    fix: `Turn the encryption of access tokens off (${SETTINGS}).`,
  };
}

function boundTokensFault(
  { proofOfPossession, bindingMechanism }: TokenSettings,
  { dpop, mtls }: AuthorizerConfiguration,
): Fault | undefined {
  const key = bindingMechanism === 'dpop' ? 'dpop' : 'mtls';
  const isOn = { dpop: dpop !== 'off', mtls: mtls !== 'off' };
  if (proofOfPossession === undefined) return unboundFault(dpop === 'required' ? 'dpop' : 'mtls', { dpop, mtls });
  if (isOn[key]) return undefined;
  const which = proofOfPossession === 'required' ? 'every token is' : 'a token may be';
  return {
    detail: `proof_of_possession is set: ${which} bound to its holder, and the authorizer refuses those (token_sender_constrained)`,
    fix: `Set ${key} to "accepted" and gatewayTtlSeconds to 0, or turn sender constraining off (${SETTINGS}).`,
  };
}

function unboundFault(key: 'dpop' | 'mtls', modes: Pick<AuthorizerConfiguration, 'dpop' | 'mtls'>): Fault | undefined {
  if (modes[key] !== 'required') return undefined;
  return {
    detail: `${key} is "required", but the tenant does not bind the tokens of this API to their holder`,
    fix: `Turn sender constraining on (${SETTINGS}), or set ${key} to "accepted".`,
  };
}

function policyFault({ userPolicy }: TokenSettings): Fault | undefined {
  if (userPolicy === undefined || userPolicy === 'allow_all') return undefined;
  const denied = userPolicy === 'deny_all';
  return {
    detail: `subject_type_authorization.user.policy is ${userPolicy}: ${denied ? 'no user gets a token' : 'users get tokens only through clients that have a client grant for users'}`,
    fix: denied
      ? 'Allow access for users (dashboard: Applications > APIs > the API > Settings).'
      : 'Check that each client has a client grant with subject_type "user" for this API, also the client of the password grant.',
  };
}
