/** The links of Basic with real passwords: the password grant's client, where its users are, whose address counts. */
import { type Check, type Examination, type Finding, failed, passed, skipped } from './check.ts';

const PASSWORD = 'password';
const PASSWORD_REALM = 'http://auth0.com/oauth/grant-type/password-realm';

const passwordGrant: Check = {
  id: 'password-grant',
  title: 'The password grant is enabled',
  needs: ['management-client'],
  run: (examination) =>
    ofPasswordClient(examination, async (clientId, { grantTypes }) => {
      const wanted = examination.settings.get('connection') === undefined ? PASSWORD : PASSWORD_REALM;
      if (grantTypes.includes(wanted)) return passed(`${clientId}: ${wanted}`);
      return failed(
        `${clientId} may not use ${wanted}`,
        'Turn it on (dashboard: Applications > the client > Settings > Advanced Settings > Grant Types).',
      );
    }),
};

const defaultConnection: Check = {
  id: 'default-connection',
  title: 'There is a connection to log in to',
  needs: ['management-client'],
  run: async ({ settings, connect }) => {
    if (settings.get('passwordClientId') === undefined) return noPasswords();
    const named = settings.get('connection');
    const connection = named ?? (await connect().tenantSettings.defaultDirectory());
    if (connection !== '') return passed(named === undefined ? `${connection}, the tenant's default` : connection);
    return failed(
      'the tenant has no default directory',
      'Set one (dashboard: Settings > General > API Authorization Settings > Default Directory), or name a connection.',
    );
  },
};

const forwardedIp: Check = {
  id: 'forwarded-ip',
  title: 'The address of callers is believed',
  needs: ['management-client'],
  run: (examination) =>
    ofPasswordClient(examination, async (clientId, { isForwardedForTrusted }) => {
      if (isForwardedForTrusted) return passed(`auth0-forwarded-for from ${clientId}`);
      return failed(
        `auth0-forwarded-for from ${clientId} is not`,
        'All failed logins then count as one address\'s, and a few lock a user out for everybody. Turn on "Trust Token Endpoint IP Header" (dashboard: Applications > the client > Settings > Advanced Settings > OAuth).',
      );
    }),
};

type ClientSettings = Awaited<ReturnType<ReturnType<Examination['connect']>['tenantSettings']['client']>>;

async function ofPasswordClient(
  { settings, connect }: Examination,
  judge: (clientId: string, client: ClientSettings) => Promise<Finding>,
): Promise<Finding> {
  const clientId = settings.get('passwordClientId');
  return clientId === undefined ? noPasswords() : judge(clientId, await connect().tenantSettings.client(clientId));
}

function noPasswords(): Finding {
  return skipped('no AUTH0_PASSWORD_CLIENT_ID: Basic takes app specific passwords only');
}

export const loginChecks: readonly Check[] = [passwordGrant, defaultConnection, forwardedIp];
