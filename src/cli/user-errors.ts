/** Says what it means that the tenant does not find a user. */
import { ManagementRefusal } from '../management/errors.ts';
import { CliError } from './errors.ts';

/**
 * Waits for a request about a user's app specific passwords.
 *
 * @throws CliError `not_found` instead of the tenant's 404
 */
export async function aboutUser<Answer>(userId: string, request: Promise<Answer>): Promise<Answer> {
  try {
    return await request;
  } catch (error) {
    if (!(error instanceof ManagementRefusal && error.status === 404)) throw error;
    const said = error.reason === '' ? '404' : `404, "${error.reason}"`;
    throw new CliError(
      'not_found',
      `The tenant does not find what is needed for app specific passwords of the user ${userId}: got ${said}. Expected a user's id such as auth0|1234, not a name or e-mail address (dashboard: User Management > Users), and an --audience that the tenant knows; if both are right, have app specific passwords enabled for the tenant by Auth0's support.`,
    );
  }
}
