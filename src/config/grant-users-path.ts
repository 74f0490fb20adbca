/** The path in Parameter Store under which the deployments of an account note which client grants they use. */
export const GRANT_USERS_PATH = '/auth0-api-authorizer/grant-users';
