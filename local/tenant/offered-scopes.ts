/**
 * The scopes that an API offers. Without the feature, the Management API does not offer those of app specific
 * passwords.
 */
import type { TenantParts } from './parts.ts';
import type { ResourceServerRecord } from './records.ts';
import { scopeValues } from './state.ts';

const FEATURE_SCOPE = /:user_application_passwords$/;

export function offeredScopes(api: ResourceServerRecord, { behaviour }: Pick<TenantParts, 'behaviour'>) {
  const lacksFeature = api.is_system === true && !behaviour.hasApplicationPasswords;
  return scopeValues(api).filter((value) => !lacksFeature || !FEATURE_SCOPE.test(value));
}
