/** Lists all checks, in the order of the chain. */
import { apiCheck, apiTokenCheck } from './api-check.ts';
import { appPasswordsChecks } from './app-passwords-checks.ts';
import type { Check } from './check.ts';
import { featureCheck } from './feature-check.ts';
import { introspectionCheck } from './introspection-check.ts';
import { loginChecks } from './login-checks.ts';
import { managementChecks } from './management-checks.ts';
import { networkChecks } from './network-checks.ts';
import { resourceMetadataCheck } from './resource-metadata-check.ts';

export const CHECKS: readonly Check[] = [
  ...networkChecks,
  ...managementChecks,
  featureCheck,
  introspectionCheck,
  ...loginChecks,
  apiCheck,
  apiTokenCheck,
  resourceMetadataCheck,
  ...appPasswordsChecks,
];
