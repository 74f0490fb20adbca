/**
 * Checks the links of self-service app passwords: the scope that users need, the client that manages the passwords, and the one with
 * which the page signs in.
 */
import { MANAGE_APP_PASSWORDS } from '../../config/app-passwords.ts';
import type { ApplicationSettings } from '../../management/application-settings.ts';
import { SetupError } from '../../management/errors.ts';
import { missingScopes } from '../../setup/client-grant/grant-change.ts';
import { APPLICATION_PASSWORD_SCOPES } from '../../setup/client-grant/set-up-client-grant.ts';
import { deploymentContext } from '../authorizer-configuration.ts';
import { type Check, type Examination, type Finding, failed, passed, skipped, warned } from './check.ts';

/** Makes a check that is skipped unless the configuration turns app passwords on. */
function ofAppPasswords(check: Check): Check {
  return {
    ...check,
    run: async (examination) =>
      deploymentContext(examination).appPasswords === true
        ? check.run(examination)
        : skipped('skipped: appPasswords is off'),
  };
}

const scope: Check = {
  id: 'app-passwords-scope',
  title: 'Users can get the scope for app passwords',
  needs: ['resource-server'],
  run: async ({ connect, audience }) => {
    const api = await connect().resourceServers.find(audience);
    if (api?.scopes.includes(MANAGE_APP_PASSWORDS)) return passed(MANAGE_APP_PASSWORDS);
    return warned(
      `${audience} does not offer ${MANAGE_APP_PASSWORDS}, so nobody may use the page`,
      'Add it (dashboard: Applications > APIs > the API > Permissions). If the API uses RBAC, also give it to the roles of the users.',
    );
  },
};

const managingClient: Check = {
  id: 'app-passwords-client',
  title: 'The client for app passwords has three scopes',
  needs: ['management-client'],
  run: async ({ connect, settings }) => {
    const clientId = settings.get('appPasswordsClientId');
    if (clientId === undefined) {
      return skipped(
        'not checked: its id is not known here. Give it as --app-passwords-client-id or appPasswordsClientId',
      );
    }
    const { clientGrants, audience } = connect();
    const grant = await clientGrants.find(clientId, audience);
    const missing = grant ? missingScopes(grant, APPLICATION_PASSWORD_SCOPES) : APPLICATION_PASSWORD_SCOPES;
    if (missing.length > 0) return failed(`${clientId} lacks ${missing.join(', ')}`, grantFix(clientId, audience));
    const surplus = grant?.allowsAllScopes
      ? ['all scopes']
      : grant?.scopes.filter((one) => !APPLICATION_PASSWORD_SCOPES.some((known) => known === one));
    if (surplus?.length === 0) return passed(clientId);
    return warned(
      `${clientId} also has ${surplus?.join(', ')}`,
      'Take the other scopes away, or use a client of its own: whoever finds a fault in the self-service API can do what its client can.',
    );
  },
};

function grantFix(clientId: string, audience: string): string {
  return `Set appPasswordsClientId and deploy again, or give ${clientId} these scopes on the API ${audience} (dashboard: Applications > APIs > Auth0 Management API > Machine to Machine Applications).`;
}

const page: Check = {
  id: 'app-passwords-page',
  title: 'Users can log in to the page for app passwords',
  needs: ['management-client'],
  run: async (examination) => {
    const clientId = pageClient(examination);
    if (clientId === undefined) return failed('appPasswordClients is missing', 'Set it to the id of the client.');
    try {
      const client = await examination.connect().tenantSettings.application(clientId);
      if (client) return findingOf(client, { clientId, pageUrl: examination.settings.get('appPasswordsUrl') });
      return failed(`the tenant has no client ${clientId}`, 'Set appPasswordClients to the ids of clients.');
    } catch (error) {
      if (!(error instanceof SetupError && error.code === 'management_scope_missing')) throw error;
      return skipped('not checked: the management client lacks read:clients');
    }
  },
};

/** The page signs in with the first client. */
function pageClient(examination: Examination): string | undefined {
  const { appPasswordClients: clients } = deploymentContext(examination);
  const first: unknown = Array.isArray(clients) ? clients[0] : undefined;
  return typeof first === 'string' ? first : undefined;
}

interface Page {
  readonly clientId: string;
  readonly pageUrl: string | undefined;
}

function findingOf(client: ApplicationSettings, { clientId, pageUrl }: Page): Finding {
  const { type, grantTypes, rotatesRefreshTokens } = client;
  if (type !== undefined && type !== 'spa') {
    return failed(`${clientId} is of the type ${type}`, 'Use a single page application, which needs no secret.');
  }
  if (grantTypes?.includes('authorization_code') === false) {
    return failed(
      `${clientId} may not use authorization_code`,
      'Turn it on (dashboard: Advanced Settings > Grant Types).',
    );
  }
  const missing = pageUrl === undefined ? [] : missingUrls(client, pageUrl);
  if (missing.length > 0) {
    return failed(
      missing.map(({ what, url }) => `${clientId} lacks the ${what} ${url}`).join('\n'),
      'Add what is missing (dashboard: Applications > the client > Settings > Application URIs).',
    );
  }
  if (rotatesRefreshTokens === false || grantTypes?.includes('refresh_token') === false) {
    return warned(
      `${clientId} does not rotate its refresh tokens, so a stolen one remains usable`,
      'Turn on Refresh Token Rotation (dashboard: Applications > the client > Settings), and the grant type refresh_token.',
    );
  }
  if (pageUrl === undefined) {
    return skipped('not checked: the URL of the page is not known here. Give it as --app-passwords-url');
  }
  return type === undefined || client.callbacks === undefined
    ? skipped(`not checked: the tenant does not show the settings of ${clientId}`)
    : passed(`${clientId} at ${pageUrl}`);
}

/** A list that the tenant does not show is taken for right, and so is an entry with a wildcard. */
function missingUrls({ callbacks, logoutUrls, webOrigins }: ApplicationSettings, pageUrl: string) {
  const wanted = [
    { what: 'callback URL', known: callbacks, url: pageUrl },
    { what: 'logout URL', known: logoutUrls, url: pageUrl },
    { what: 'web origin', known: webOrigins, url: URL.canParse(pageUrl) ? new URL(pageUrl).origin : pageUrl },
  ];
  return wanted.filter(
    ({ known, url }) => known !== undefined && !known.some((entry) => entry === url || entry.includes('*')),
  );
}

export const appPasswordsChecks: readonly Check[] = [scope, managingClient, page].map(ofAppPasswords);
