/** How a resource server issues its tokens, as far as the authorizer must be able to check them. A member that is absent is not set. */
import { isJsonObject, type JsonObject } from '../core/json.ts';

export interface TokenSettings {
  /** Such as `RS256`. */
  readonly signingAlgorithm?: string | undefined;
  /** Such as `rfc9068_profile_authz`. */
  readonly dialect?: string | undefined;
  readonly isEncrypted: boolean;
  /** Whether tokens must, or may, be bound to a key or a certificate of the client. */
  readonly proofOfPossession?: 'required' | 'offered' | undefined;
  /** How they are bound: `dpop` or `mtls`. */
  readonly bindingMechanism?: string | undefined;
  /** Which clients get tokens for users: `allow_all`, `require_client_grant` or `deny_all`. */
  readonly userPolicy?: string | undefined;
}

export const NO_TOKEN_SETTINGS: TokenSettings = { isEncrypted: false };

/** Reads them from a resource server's JSON. A value of an unexpected type counts as absent. */
export function tokenSettingsOf(record: JsonObject): TokenSettings {
  const { signing_alg: algorithm, token_dialect: dialect, token_encryption: encryption } = record;
  const user = memberOf(record.subject_type_authorization, 'user');
  return {
    signingAlgorithm: textOrAbsent(algorithm),
    dialect: textOrAbsent(dialect),
    isEncrypted: isJsonObject(encryption),
    proofOfPossession: proofOfPossession(record.proof_of_possession),
    bindingMechanism: textOrAbsent(memberOf(record.proof_of_possession, 'mechanism')),
    userPolicy: textOrAbsent(memberOf(user, 'policy')),
  };
}

function proofOfPossession(value: unknown): TokenSettings['proofOfPossession'] {
  if (!isJsonObject(value)) return undefined;
  return value.required === true ? 'required' : 'offered';
}

function memberOf(value: unknown, name: string): unknown {
  return isJsonObject(value) ? value[name] : undefined;
}

function textOrAbsent(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
