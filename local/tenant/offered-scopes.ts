/** The scopes that an API really offers. Without the feature, the Management API has none of those of app specific passwords. */
import type { TenantParts } from './parts.ts';
import type { ResourceServerRecord } from './records.ts';
import { scopeValues } from './state.ts';

const FEATURE_SCOPE = /:user_application_passwords$/;

export function offeredScopes(api: ResourceServerRecord, { behaviour }: Pick<TenantParts, 'behaviour'>) {
  const isWithout = api.is_system === true && !behaviour.hasApplicationPasswords;
  return scopeValues(api).filter((value) => !isWithout || !FEATURE_SCOPE.test(value));
}
