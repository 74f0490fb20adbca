/**
 * Checks that the tenant has the feature of app specific passwords. The grant does not show this: it may hold scopes that the
 * tenant does not know.
 */
import { SetupError } from '../../management/errors.ts';
import { missingScopes } from '../../setup/client-grant/grant-change.ts';
import { APPLICATION_PASSWORD_SCOPES } from '../../setup/client-grant/set-up-client-grant.ts';
import { featureMissing, scopesNotGranted, scopesNotOffered, tokenLacks } from '../../setup/feature.ts';
import { type Check, type Examination, type Finding, failed, passed, skipped } from './check.ts';

export const featureCheck: Check = {
  id: 'asp-feature',
  title: 'The tenant has app specific passwords',
  needs: ['management-client'],
  run: async (examination) => {
    try {
      return await findFeature(examination);
    } catch (error) {
      if (!(error instanceof SetupError)) throw error;
      return skipped(`not checked: ${error.message.replace(/^Not checked: /, '')}`);
    }
  },
};

async function findFeature(examination: Examination): Promise<Finding> {
  const connection = examination.connect();
  const notOffered = await scopesNotOffered(connection);
  if (notOffered.length > 0) return missing(`its Management API does not offer ${notOffered.join(', ')}`);
  const offered = 'its Management API offers the scopes';
  const { clientId, audience, clientGrants } = connection;
  const grantClientId = examination.settings.get('grantClientId') ?? clientId;
  if (grantClientId !== clientId) {
    return passed(`${offered}. Not checked: a token of ${grantClientId}, which only that client can request`);
  }
  const grant = await clientGrants.find(clientId, audience);
  if (!grant || missingScopes(grant, APPLICATION_PASSWORD_SCOPES).length > 0) return passed(offered);
  const notGranted = await scopesNotGranted(connection, false);
  return notGranted.length > 0 ? missing(tokenLacks(clientId, notGranted)) : passed(`${offered}, and tokens have them`);
}

function missing(got: string): Finding {
  return failed(featureMissing(got).message, '');
}
