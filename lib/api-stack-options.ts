/** Converts the configuration of the app to the options of its constructs. */
import { Duration } from 'aws-cdk-lib';
import { type Configuration, principalTokenAudienceOf } from '../src/config/configuration.ts';
import { resourcesBeforeBackend, resourcesOfRoutes } from './api-resources.ts';

/** The resources of the API, by path. */
export function resourcesOf({ routes, backendUrl }: Configuration) {
  return backendUrl === undefined ? resourcesOfRoutes(routes) : resourcesBeforeBackend(routes);
}

/** The options of the signed principal, if there is one. */
export function principalTokenOptions(configuration: Configuration) {
  const { principalToken, rotationDays } = configuration;
  if (!principalToken) return {};
  return {
    principalToken,
    principalTokenAudience: principalTokenAudienceOf(configuration),
    principalTokenRotation: Duration.days(rotationDays),
  };
}

/** A page can send a DPoP proof only if its header is allowed. */
export function allowedHeaders({ corsAllowHeaders: headers, dpop }: Configuration): readonly string[] {
  return dpop === 'off' || headers.some((name) => name.toLowerCase() === 'dpop') ? headers : [...headers, 'DPoP'];
}

/**
 * A URL of the API that users can try, and what it requires: the first route for GET without a parameter.
 *
 * @param apiUrl the URL of the deployed API, with its final slash
 */
export function exampleOf({ routes, publicUrl }: Configuration, apiUrl: string) {
  const [key = 'GET /', exampleScopes] = Object.entries(routes).find(([name]) => /^GET \/[^{]*$/.test(name)) ?? [];
  const path = key.slice('GET /'.length);
  return { exampleUrl: `${publicUrl === undefined ? apiUrl : publicUrl.replace(/\/?$/, '/')}${path}`, exampleScopes };
}
