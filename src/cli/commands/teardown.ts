/** `asp teardown`: restores what the tenant held before `asp setup`, where it still holds what setup wrote. Uses only the record. */
import { tearDownClientGrant } from '../../setup/client-grant/tear-down-client-grant.ts';
import { tearDownResourceServer } from '../../setup/resource-server/tear-down-resource-server.ts';
import { audiencesOf } from '../audiences.ts';
import type { Command, Context } from '../command.ts';
import { prepareTenant } from '../connect-tenant.ts';
import { EXIT } from '../exit-code.ts';
import { AUDIENCES_OPTION, DRY_RUN_OPTION, MANAGEMENT_OPTIONS, RECORD_OPTION } from '../options.ts';
import { printable } from '../printable.ts';
import { waitFor } from '../progress.ts';
import { dryRunStore, RecordFile } from '../record-file.ts';
import { reportPartialChanges, showOutcome } from '../show-outcome.ts';
import { managementUrl } from '../tenant-url.ts';
import { type WatchedTenant, watchTenant } from '../watched-tenant.ts';

export const teardown: Command = {
  name: 'teardown',
  summary: 'Restore what the tenant held before setup',
  operands: '',
  mostOperands: 0,
  description:
    'Restores the key properties if they still hold our key, and removes only the scopes that setup added.\nKeeps the key file. It is not an error if something is already deleted.',
  options: {
    ...DRY_RUN_OPTION,
    'remove-created': { type: 'boolean', summary: 'delete the resource server if setup created it' },
    'grant-client-id': {
      type: 'string',
      placeholder: 'ID',
      summary: 'the client whose grant got the scopes (the management client)',
    },
    ...RECORD_OPTION,
    ...AUDIENCES_OPTION,
    ...MANAGEMENT_OPTIONS,
  },
  examples: [
    { purpose: 'show what would change', line: 'asp teardown --dry-run' },
    { purpose: 'also delete what setup created', line: 'asp teardown --remove-created' },
  ],
  run: async (context) => {
    const connect = await prepareTenant(context);
    const stores = storesOf(context);
    const isDryRun = context.args.flag('dry-run');
    await noteIfNoRecord(stores, context);
    await context.interruption.protect(async () => {
      const tenant = watchTenant(connect(), isDryRun);
      const progress = { changes: tenant.changes, isDryRun, recordPath: stores.file.path };
      const work = () => tearDown(tenant, stores, isDryRun, context);
      const outcomes = await waitFor('the tenant', work, context.ports).catch((error: unknown) =>
        reportPartialChanges(error, progress, context),
      );
      showOutcome({ ...progress, outcomes }, context);
    });
    return EXIT.done;
  },
};

async function tearDown(tenant: WatchedTenant, { servers, grant }: Stores, isDryRun: boolean, { args }: Context) {
  const outcomes = [];
  for (const server of servers) {
    const outcome = await tearDownResourceServer({
      ...tenant,
      records: isDryRun ? dryRunStore(server) : server,
      removeCreated: args.flag('remove-created'),
      remembersCreated: true,
    });
    outcomes.push(outcome);
  }
  return [...outcomes, await tearDownClientGrant({ ...tenant, records: isDryRun ? dryRunStore(grant) : grant })];
}

type Stores = ReturnType<typeof storesOf>;

function storesOf(context: Context) {
  const { settings } = context;
  const file = new RecordFile(context);
  const tenantUrl = managementUrl(settings);
  const clientId = settings.get('grantClientId') ?? settings.require('clientId');
  return {
    file,
    servers: audiencesOf(context).map((audience) => file.resourceServer(tenantUrl, audience)),
    grant: file.clientGrant(tenantUrl, clientId),
  };
}

/** Only a note, so that a second teardown succeeds; but a wrong directory or audience must not look like success. */
async function noteIfNoRecord({ file, servers, grant }: Stores, { ports }: Context): Promise<void> {
  for (const store of [...servers, grant]) if ((await store.read()) !== undefined) return;
  const names = file.names();
  const others = names.length === 0 ? 'It holds no records.' : `It holds records of: ${names.join('; ')}.`;
  ports.terminal.note(printable(`${file.path} holds no record of this API and client. ${others}`));
}
