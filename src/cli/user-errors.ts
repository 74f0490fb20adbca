/** Explains a 404 of the tenant for a user. */
import { ManagementRefusal } from '../management/errors.ts';
import { CliError } from './errors.ts';

/**
 * Waits for a request about the app specific passwords of a user.
 *
 * @throws CliError `not_found` instead of the tenant's 404
 */
export async function aboutUser<Result>(userId: string, request: Promise<Result>): Promise<Result> {
  try {
    return await request;
  } catch (error) {
    if (!(error instanceof ManagementRefusal && error.status === 404)) throw error;
    const got = error.reason === '' ? '404' : `404, "${error.reason}"`;
    throw new CliError(
      'not_found',
      `The tenant cannot find the user ${userId}, the API, or the feature: got ${got}. Expected a user id such as auth0|1234, not a name or e-mail address (dashboard: User Management > Users), and an --audience that the tenant knows. If both are right, ask Auth0's support to enable app specific passwords for the tenant.`,
    );
  }
}
