/** Checks the links through the Management API: the client, its scopes, the resource server, its key, the grant. */

import { IssuerError } from '../../core/errors.ts';
import { isByUrl } from '../../core/key-delivery.ts';
import { probeIntrospection } from '../../issuer/introspection-probe.ts';
import type { ClientGrant } from '../../management/client-grants.ts';
import { SetupError } from '../../management/errors.ts';
import { missingScopes } from '../../setup/client-grant/grant-change.ts';
import { APPLICATION_PASSWORD_SCOPES } from '../../setup/client-grant/set-up-client-grant.ts';
import { resourceServerNotFound } from '../../setup/resource-server/resource-server-errors.ts';
import { compareKeys } from '../key-comparison.ts';
import { keyDeliveryOf } from '../key-delivery.ts';
import { type Check, type Examination, failed, ofEachAudience, passed, warned } from './check.ts';
import { tokenSettingsCheck } from './token-settings-check.ts';

/** The scopes for setup when the resource server and the grant already exist. */
const SETUP_SCOPES = ['read:resource_servers', 'update:resource_servers', 'read:client_grants', 'update:client_grants'];
/** The scopes for the checks of logins. */
const LOGIN_SCOPES = ['read:clients', 'read:tenant_settings'];

const managementClient: Check = {
  id: 'management-client',
  title: 'The tenant knows the management client',
  needs: ['tls'],
  run: async (examination) => {
    try {
      const { clientId } = examination.connect();
      await grantOf(clientId, examination);
      return passed(clientId);
    } catch (error) {
      // The request got past authentication, so the secret or key is right.
      if (error instanceof SetupError && error.code === 'management_scope_missing')
        return passed('it can authenticate');
      throw error;
    }
  },
};

const managementScopes: Check = {
  id: 'management-scopes',
  title: 'The management client has the scopes for setup',
  needs: ['management-client'],
  run: async (examination) => {
    const { clientId, audience } = examination.connect();
    const wanted = [
      ...SETUP_SCOPES,
      ...(examination.settings.get('passwordClientId') === undefined ? [] : LOGIN_SCOPES),
    ];
    const grant = await grantOf(clientId, examination);
    return coverage(
      grant,
      wanted,
      `Give the client ${clientId} these scopes on the API ${audience} (dashboard: Applications > APIs > Auth0 Management API > Machine to Machine Applications).`,
    );
  },
};

const resourceServer: Check = {
  id: 'resource-server',
  title: 'The tenant has the resource server',
  needs: ['management-client'],
  run: async ({ connect, audience }) => {
    const { resourceServers } = connect();
    const found = await resourceServers.find(audience);
    if (!found) throw resourceServerNotFound(audience, await resourceServers.identifiers());
    return passed(found.name === '' ? audience : `${audience} ("${found.name}")`);
  },
};

const keyOnRecord: Check = {
  id: 'key-on-record',
  title: 'The tenant has the public key',
  needs: ['resource-server'],
  run: async (examination) => {
    const { agree, keys, unreadable } = await compareKeys(
      examination.signingKeys,
      examination.connect(),
      examination,
      examination.audience,
    );
    const current = keys.find(({ signing }) => signing === 'current')?.thumbprint ?? 'unknown';
    const held = keys.filter(({ tenant }) => tenant.length > 0);
    const strays = held.filter(({ signing }) => signing === null).map(({ thumbprint }) => thumbprint);
    const isByValue = !isByUrl(keyDeliveryOf(examination.settings).keyDelivery);
    const showsNone = isByValue && held.length === 0 && unreadable.length === 0;
    if (agree && strays.length > 0) {
      return warned(
        `key ${current}, and beside it ${strays.join(', ')}, which this deployment does not use`,
        'If another deployment uses it, do nothing. If it is an old key, which an import of the tenant may have restored, rotate the key; if that key was revoked, run "asp revoke-key".',
      );
    }
    if (agree) return passed(`key ${current}`);
    if (showsNone && (await isAccepted(examination))) {
      return warned(
        `the tenant does not show the key ${current}, but accepts an assertion that is signed with it`,
        'If the check of the introspection passes, the tenant has the key.',
      );
    }
    return failed(
      [`not everywhere that the tenant may look: key ${current}`, ...strays.map(heldInstead)].join('\n'),
      'See "asp keys". "asp setup" gives the key to the tenant. For a deployment, deploy again.',
    );
  },
};

function heldInstead(thumbprint: string): string {
  return `it holds the key ${thumbprint}, which may be an old or revoked key that an import of the tenant has restored, or the key of another deployment`;
}

/** Some tenants accept a key but never show it. Then only an introspection tells whether they have it. */
async function isAccepted({ issuer, audience, signingKeys, ports }: Examination): Promise<boolean> {
  try {
    const [current] = await signingKeys.read();
    return (await probeIntrospection({ issuer, audience }, current, ports)).outcome === 'accepted';
  } catch (error) {
    if (!(error instanceof IssuerError)) throw error;
    return false;
  }
}

const grantScopes: Check = {
  id: 'grant-scopes',
  title: 'The grant covers app specific passwords',
  needs: ['management-client'],
  run: async (examination) => {
    const clientId = examination.settings.get('grantClientId') ?? examination.connect().clientId;
    const grant = await grantOf(clientId, examination);
    return coverage(
      grant,
      APPLICATION_PASSWORD_SCOPES,
      '"asp setup" adds them. For a deployment, deploy again. If the tenant drops them, ask Auth0\'s support to enable app specific passwords.',
    );
  },
};

async function grantOf(clientId: string, { connect }: Examination): Promise<ClientGrant | undefined> {
  const { clientGrants, audience } = connect();
  return clientGrants.find(clientId, audience);
}

function coverage(grant: ClientGrant | undefined, wanted: readonly string[], fix: string) {
  if (!grant) return failed('it has no grant for the Management API', fix);
  const missing = missingScopes(grant, wanted);
  return missing.length === 0 ? passed(wanted.join(', ')) : failed(`it lacks ${missing.join(', ')}`, fix);
}

export const managementChecks: readonly Check[] = [
  managementClient,
  managementScopes,
  ofEachAudience(resourceServer),
  ofEachAudience(tokenSettingsCheck),
  ofEachAudience(keyOnRecord),
  grantScopes,
];
