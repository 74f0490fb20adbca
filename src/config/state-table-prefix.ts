/** What the names of all state tables begin with, so that the deployments of an account find each other. */
export const STATE_TABLE_PREFIX = 'auth0-api-authorizer-state-';
