/** `asp setup`: prepares the tenant for app specific passwords, with the same code as the custom resources of a deployment. */

import { RouteMap } from '../../core/routes.ts';
import type { ManagementConnection } from '../../management/management-connection.ts';
import { setUpClientGrant } from '../../setup/client-grant/set-up-client-grant.ts';
import { featureWarnings } from '../../setup/feature.ts';
import { introspectionWarnings } from '../../setup/introspection-control.ts';
import type { RecordStore } from '../../setup/record-store.ts';
import { setUpResourceServer } from '../../setup/resource-server/set-up-resource-server.ts';
import { proveUnseenKey } from '../../setup/resource-server/unseen-key.ts';
import { wantedKeyProperties } from '../../setup/resource-server/wanted-key-properties.ts';
import type { SetupOutcome } from '../../setup/setup-outcome.ts';
import { importSigningKey } from '../../signing-key/signing-key.ts';
import { audiencesOf } from '../audiences.ts';
import { authorizerConfiguration } from '../authorizer-configuration.ts';
import type { Command, Context } from '../command.ts';
import { prepareTenant } from '../connect-tenant.ts';
import { EXIT } from '../exit-code.ts';
import { keyDeliveryOf } from '../key-delivery.ts';
import {
  AUDIENCES_OPTION,
  DELIVERY_OPTIONS,
  DRY_RUN_OPTION,
  KEY_OPTIONS,
  MANAGEMENT_OPTIONS,
  RECORD_OPTION,
} from '../options.ts';
import { waitFor } from '../progress.ts';
import { dryRunStore, RecordFile } from '../record-file.ts';
import { reportPartialChanges, showOutcome } from '../show-outcome.ts';
import { readKeyFile } from '../signing-keys.ts';
import { issuerUrl, managementUrl } from '../tenant-url.ts';
import { type WatchedTenant, watchTenant } from '../watched-tenant.ts';

const { key } = KEY_OPTIONS;

export const setup: Command = {
  name: 'setup',
  summary: 'Give the tenant the public key, and the management client its scopes',
  operands: '',
  mostOperands: 0,
  description:
    'Does what "cdk deploy" does in the tenant, without AWS. Records the previous state first, so that "asp teardown" can\nrestore it. A second run changes nothing, or continues where the first one stopped.',
  options: {
    ...DRY_RUN_OPTION,
    create: { type: 'boolean', summary: 'create the resource server if the tenant has none' },
    'replace-key': { type: 'boolean', summary: 'overwrite a key that another deployment may use' },
    'grant-client-id': {
      type: 'string',
      placeholder: 'ID',
      summary: 'the client whose grant gets the scopes (the management client)',
    },
    ...(key && { key }),
    ...DELIVERY_OPTIONS,
    ...RECORD_OPTION,
    ...AUDIENCES_OPTION,
    ...MANAGEMENT_OPTIONS,
  },
  examples: [
    { purpose: 'show what would change', line: 'asp setup --dry-run' },
    {
      purpose: 'a new API in a test tenant',
      line: 'asp setup --create --audience https://my.api',
    },
  ],
  run: async (context) => {
    const work = planOf(context);
    const connect = await prepareTenant(context);
    const isDryRun = context.args.flag('dry-run');
    const records = new RecordFile(context);
    await context.interruption.protect(async () => {
      const connection = connect();
      const tenant = watchTenant(connection, isDryRun);
      const outcomes = await waitFor(
        'the tenant',
        () => work(connection, tenant, records, isDryRun),
        context.ports,
      ).catch((error: unknown) =>
        reportPartialChanges(error, { changes: tenant.changes, isDryRun, recordPath: records.path }, context),
      );
      showOutcome({ changes: tenant.changes, outcomes, isDryRun, recordPath: records.path }, context);
    });
    return EXIT.done;
  },
};

type Work = (
  connection: ManagementConnection,
  tenant: WatchedTenant,
  records: RecordFile,
  isDryRun: boolean,
) => Promise<readonly SetupOutcome[]>;

/** Reads and checks all input before anything is sent. */
function planOf(context: Context): Work {
  const { args, settings } = context;
  const identifiers = audiencesOf(context);
  const tenantUrl = managementUrl(settings);
  const issuer = issuerUrl(settings);
  const signingKey = readKeyFile(context);
  const wanted = wantedKeyProperties({ ...keyDeliveryOf(settings), keys: [signingKey] });
  const scopes = new RouteMap(authorizerConfiguration(context).routes).scopes;
  return async (connection, { resourceServers, clientGrants }, recordFile, isDryRun) => {
    const clientId = settings.get('grantClientId') ?? connection.clientId;
    const forThisRun = <SetupRecord>(store: RecordStore<SetupRecord>) => (isDryRun ? dryRunStore(store) : store);
    const servers = [];
    for (const identifier of identifiers) {
      const outcome = await setUpResourceServer({
        resourceServers,
        records: forThisRun(recordFile.resourceServer(tenantUrl, identifier)),
        identifier,
        wanted,
        replaceKey: args.flag('replace-key'),
        ...(args.flag('create') && { create: { name: identifier, scopes } }),
      });
      servers.push({ identifier, outcome });
    }
    const grant = await setUpClientGrant({
      clientGrants,
      records: forThisRun(recordFile.clientGrant(tenantUrl, clientId)),
      clientId,
      audience: connection.audience,
    });
    // In a dry run the grant was not changed, so no token can have the scopes yet.
    const feature = await featureWarnings(connection, {
      clientId,
      hasChanged: grant.changed,
      isOnlyPlanned: isDryRun && grant.changed,
    });
    const proofs = [];
    for (const { identifier, outcome } of servers) {
      const target = { issuer, audience: identifier };
      if (outcome.unseen === undefined) continue;
      proofs.push(await proveUnseenKey(outcome.unseen, target, importSigningKey(signingKey), context.ports));
    }
    const [main] = identifiers;
    const introspection = await introspectionWarnings({ issuer, audience: main }, signingKey.kid, context.ports);
    const outcomes = servers.map(({ outcome }) => outcome);
    return [...outcomes, grant, { changed: false, warnings: [...proofs, ...feature, ...introspection] }];
  };
}
