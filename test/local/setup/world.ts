/** A tenant over HTTP, a stack's secrets and parameters in memory, and the functions behind its custom resources. */
import { createClientGrantResource } from '../../../lambda/auth0-setup/client-grant-resource.ts';
import { createResourceServerResource } from '../../../lambda/auth0-setup/resource-server-resource.ts';
import { createCustomResourceHandler } from '../../../lambda/custom-resource/handler.ts';
import type { Tenant } from '../../../local/tenant/server.ts';
import type { PublishedKey } from '../../../src/core/public-key-document.ts';
import { writePublicKeys } from '../../../src/core/public-key-document.ts';
import { Life, MemoryParameters, MemorySecrets } from '../../support/setup/aws-in-memory.ts';
import { answersTo, type EventParts, eventOf, type Received } from '../../support/setup/cloudformation.ts';

export const RESOURCE_SERVER = 'Custom::Auth0ResourceServer';
export const CLIENT_GRANT = 'Custom::Auth0ClientGrant';

export const MANAGEMENT_SECRET_ID = 'auth0/management';
export const OTHER_MANAGEMENT_SECRET_ID = 'auth0/management-2';
export const PASSWORD_SECRET_ID = 'auth0/password-grant';
const RECORDS = { [RESOURCE_SERVER]: 'records/resource-server', [CLIENT_GRANT]: 'records/client-grant' };
const MANAGEMENT_CLIENT = { clientId: 'local-management-client', clientSecret: 'local-management-secret' };

export type SetupType = typeof RESOURCE_SERVER | typeof CLIENT_GRANT;

export class World {
  readonly secrets = new MemorySecrets();
  readonly parameters = new MemoryParameters();
  readonly lines: string[] = [];
  /** The waits that were asked for, in milliseconds. None takes any time. */
  readonly sleeps: number[] = [];
  readonly tenant: Tenant;

  constructor(tenant: Tenant, key: PublishedKey) {
    this.tenant = tenant;
    for (const id of [MANAGEMENT_SECRET_ID, OTHER_MANAGEMENT_SECRET_ID]) this.putSecret(id, MANAGEMENT_CLIENT);
    this.putSecret(PASSWORD_SECRET_ID, { clientId: 'local-password-client', clientSecret: 'local-password-secret' });
    this.parameters.values.set('public-keys', writePublicKeys([key]));
  }

  putSecret(id: string, value: unknown): void {
    this.secrets.values.set(id, JSON.stringify(value));
  }

  /** What is written down about a type, as text. */
  recordsOf(type: SetupType): string {
    return this.parameters.values.get(RECORDS[type]) ?? '{}';
  }

  properties(type: SetupType, changes: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
    const tenantProperties = { TenantUrl: this.tenant.issuer, ManagementSecretId: MANAGEMENT_SECRET_ID };
    const own =
      type === CLIENT_GRANT
        ? {}
        : {
            Audience: 'https://demo.api',
            KeyDelivery: 'verificationKey',
            KeyFormat: 'certificate',
            PublicKeysParameter: 'public-keys',
          };
    return { ...tenantProperties, ...own, RecordParameter: RECORDS[type], ...changes };
  }

  /** Sends one event to the function. Answers what CloudFormation got: nothing if the function died. */
  async send(parts: Omit<EventParts, 'resourceType'> & { readonly resourceType: SetupType }, life = new Life()) {
    const received: Received[] = [];
    const toTenant = life.around((...args: Parameters<typeof fetch>) => fetch(...args));
    const ports = {
      secrets: life.aroundSecrets(this.secrets),
      parameters: life.aroundParameters(this.parameters),
      fetch: answersTo(received, toTenant),
      clock: Date.now,
      sleep: async (milliseconds: number) => {
        this.sleeps.push(milliseconds);
      },
    };
    const handler = createCustomResourceHandler(
      { [RESOURCE_SERVER]: createResourceServerResource(ports), [CLIENT_GRANT]: createClientGrantResource(ports) },
      { ...ports, deadline: () => new Promise(() => {}), log: (line) => this.lines.push(line) },
    );
    await handler(eventOf(parts), { getRemainingTimeInMillis: () => 60_000 });
    // The dead answer nobody, even where the code would have.
    return life.isOver ? undefined : received.at(-1);
  }

  /** A Create, or with a physical id an Update, of a type. */
  put(type: SetupType, changes: Readonly<Record<string, unknown>> = {}, more: Partial<EventParts> = {}, life?: Life) {
    const requestType = more.physicalId === undefined ? 'Create' : 'Update';
    const parts = {
      type: requestType,
      resourceType: type,
      properties: this.properties(type, changes),
      ...more,
    } as const;
    return this.send({ ...parts, resourceType: type }, life);
  }

  remove(type: SetupType, physicalId: string, changes: Readonly<Record<string, unknown>> = {}, life?: Life) {
    return this.send(
      { type: 'Delete', resourceType: type, properties: this.properties(type, changes), physicalId },
      life,
    );
  }
}
