/**
 * Checks the links of Basic with real passwords: the client of the password grant, its connection, and the caller's address.
 * Nobody logs in: a failed login would count for the tenant's attack protection.
 */
import { passwordGrantType } from '../../core/client-credentials.ts';
import { SetupError } from '../../management/errors.ts';
import { authorizerConfiguration, deploymentContext } from '../authorizer-configuration.ts';
import { type Check, type Examination, type Finding, failed, passed, skipped, warned } from './check.ts';

const passwordGrant: Check = {
  id: 'password-grant',
  title: 'The password grant is enabled',
  needs: ['management-client'],
  run: (examination) =>
    ofPasswordClient(examination, async (clientId, { grantTypes }) => {
      const wanted = passwordGrantType(examination.settings.get('connection'));
      if (grantTypes === undefined)
        return skipped(`not checked: the tenant does not show the grant types of ${clientId}`);
      if (grantTypes.includes(wanted)) return allowedLogins(examination) ?? passed(`${clientId}: ${wanted}`);
      return failed(
        `${clientId} may not use ${wanted}`,
        'Turn it on (dashboard: Applications > the client > Settings > Advanced Settings > Grant Types).',
      );
    }),
};

/** A login with a password names no organization. */
function allowedLogins(examination: Examination): Finding | undefined {
  if (authorizerConfiguration(examination).allowedOrganizations.length === 0) return undefined;
  return warned(
    'allowedOrganizations is set: the authorizer refuses every login with a password (organization_refused)',
    'Remove passwordGrantSecret, or deploy a second authorizer for passwords, without allowedOrganizations.',
  );
}

const defaultConnection: Check = {
  id: 'default-connection',
  title: 'There is a connection to log in to',
  needs: ['management-client'],
  run: async (examination) => {
    const { settings, connect } = examination;
    if (settings.get('passwordClientId') === undefined) return withoutPasswordClient(examination);
    const named = settings.get('connection');
    if (named !== undefined) return namedConnection(named, settings.require('passwordClientId'), connect());
    const connection = await connect().tenantSettings.defaultDirectory();
    if (connection !== '') return passed(`${connection}, the tenant's default`);
    return failed(
      'the tenant has no default directory',
      'Set one (dashboard: Settings > General > API Authorization Settings > Default Directory), or name a connection.',
    );
  },
};

async function namedConnection(
  name: string,
  clientId: string,
  { tenantSettings }: ReturnType<Examination['connect']>,
): Promise<Finding> {
  try {
    const connection = await tenantSettings.connection(name);
    if (!connection) {
      return failed(
        `the tenant has no connection "${name}"`,
        'Name a database connection of the tenant (AUTH0_CONNECTION, and "connection" in the secret of the client).',
      );
    }
    const { enabledClients } = connection;
    if (enabledClients === undefined)
      return skipped(`not checked: the tenant does not show which clients may use the connection "${name}"`);
    if (enabledClients.includes(clientId)) return passed(name);
    return failed(
      `the connection "${name}" is not enabled for ${clientId}`,
      'Enable it (dashboard: Authentication > Database > the connection > Applications).',
    );
  } catch (error) {
    if (!(error instanceof SetupError && error.code === 'management_scope_missing')) throw error;
    return skipped(`not checked: the management client lacks read:connections, so "${name}" may not exist`);
  }
}

const forwardedIp: Check = {
  id: 'forwarded-ip',
  title: "The tenant trusts the caller's address",
  needs: ['management-client'],
  run: (examination) =>
    ofPasswordClient(examination, async (clientId, { isForwardedForTrusted }) => {
      if (isForwardedForTrusted) return passed(`auth0-forwarded-for from ${clientId}`);
      return failed(
        `the tenant ignores auth0-forwarded-for from ${clientId}`,
        'All failed logins then seem to come from one address, and a few of them lock the user out everywhere. Turn on "Trust Token Endpoint IP Header" (dashboard: Applications > the client > Settings > Advanced Settings > OAuth).',
      );
    }),
};

type ClientSettings = Awaited<ReturnType<ReturnType<Examination['connect']>['tenantSettings']['client']>>;

async function ofPasswordClient(
  examination: Examination,
  check: (clientId: string, client: ClientSettings) => Promise<Finding>,
): Promise<Finding> {
  const clientId = examination.settings.get('passwordClientId');
  if (clientId === undefined) return withoutPasswordClient(examination);
  return check(clientId, await examination.connect().tenantSettings.client(clientId));
}

/** The id of a deployment's client is in an AWS secret, which this command does not read. */
function withoutPasswordClient(examination: Examination): Finding {
  if (deploymentContext(examination).passwordGrantSecret === undefined)
    return skipped('skipped: no AUTH0_PASSWORD_CLIENT_ID, so Basic accepts only app specific passwords');
  return skipped(
    'not checked: the deployment has a passwordGrantSecret, but its client is not known here. Give its id as --password-client-id or AUTH0_PASSWORD_CLIENT_ID',
  );
}

export const loginChecks: readonly Check[] = [passwordGrant, defaultConnection, forwardedIp];
