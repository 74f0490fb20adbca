/** A tenant over HTTP, a stack's secrets and state in memory, and the functions behind its custom resources. */
import { randomUUID } from 'node:crypto';
import { createClientGrantResource } from '../../../lambda/auth0-setup/client-grant-resource.ts';
import { createOfferedScopeResource } from '../../../lambda/auth0-setup/offered-scope-resource.ts';
import { createResourceServerResource } from '../../../lambda/auth0-setup/resource-server-resource.ts';
import { MemoryState } from '../../../local/memory-state.ts';
import type { Tenant } from '../../../local/tenant/server.ts';
import type { HttpPort } from '../../../src/core/http.ts';
import type { StateStore } from '../../../src/core/state-store.ts';
import { createCustomResourceHandler } from '../../../src/custom-resource/handler.ts';
import { createHttpsClient } from '../../../src/http/https-client.ts';
import { connectionTo } from '../../../src/setup/connect.ts';
import type { PublishedKey } from '../../../src/signing-key/public-key-document.ts';
import { writePublicKeys } from '../../../src/signing-key/public-key-document.ts';
import { DEMO_API, MANAGEMENT_CLIENT, PASSWORD_CLIENT } from '../tenant/tenant.ts';
import { Life, MemoryAccount, MemorySecrets } from './aws-in-memory.ts';
import { type EventParts, eventOf, type Received, respondingTo } from './cloudformation.ts';

const http = createHttpsClient();

export const RESOURCE_SERVER = 'Custom::Auth0ResourceServer';
export const CLIENT_GRANT = 'Custom::Auth0ClientGrant';
export const OFFERED_SCOPE = 'Custom::Auth0OfferedScope';

export const MANAGEMENT_SECRET_ID = 'auth0/management';
export const OTHER_MANAGEMENT_SECRET_ID = 'auth0/management-2';
export const SIGNING_KEY_SECRET_ID = 'signing-key';
export const PASSWORD_SECRET_ID = 'auth0/password-grant';
const RECORDS = {
  [RESOURCE_SERVER]: 'resource-servers',
  [CLIENT_GRANT]: 'client-grants',
  [OFFERED_SCOPE]: 'resource-servers',
} as const;

/** The text of the records when nothing is set up. */
export const NO_RECORDS = '{"entries":{}}';

export type SetupType = keyof typeof RECORDS;

export class World {
  readonly secrets = new MemorySecrets();
  readonly state = new MemoryState();
  readonly account: MemoryAccount;
  readonly deployment: string;
  /** If set, the functions use this store instead of `state`. */
  store: StateStore | undefined;
  nowMs = 1_700_000_000_000;
  readonly lines: string[] = [];
  /** The requested waits, in milliseconds. They take no time. */
  readonly sleeps: number[] = [];
  readonly tenant: Tenant;

  constructor(tenant: Tenant, key: PublishedKey, deployment = 'this', account = new MemoryAccount()) {
    this.tenant = tenant;
    this.deployment = deployment;
    this.account = account;
    account.states.set(deployment, this.state);
    for (const id of [MANAGEMENT_SECRET_ID, OTHER_MANAGEMENT_SECRET_ID]) this.putSecret(id, MANAGEMENT_CLIENT);
    this.putSecret(PASSWORD_SECRET_ID, PASSWORD_CLIENT);
    this.state.set('public-keys', writePublicKeys([key]));
  }

  putSecret(id: string, value: unknown): void {
    this.secrets.values.set(id, JSON.stringify(value));
  }

  /** The records of a type, as text. */
  recordsOf(type: SetupType): string {
    return this.state.textOf(RECORDS[type]) ?? NO_RECORDS;
  }

  properties(type: SetupType, changes: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
    const key = { Audience: DEMO_API, KeyDelivery: 'verificationKey', KeyFormat: 'certificate' };
    return { ...(type === RESOURCE_SERVER && key), ...changes };
  }

  /** Sends one event to the function. Returns the response that CloudFormation got: `undefined` if the function died. */
  async send(parts: Omit<EventParts, 'resourceType'> & { readonly resourceType: SetupType }, life = new Life()) {
    const received: Received[] = [];
    const sendOrDie = life.around((...args: Parameters<HttpPort>) => http.send(...args));
    const secrets = life.aroundSecrets(this.secrets);
    const time = {
      clock: () => this.nowMs,
      sleep: async (milliseconds: number) => {
        this.sleeps.push(milliseconds);
        this.nowMs += milliseconds;
      },
    };
    const transport = { ...time, http: respondingTo(received, sendOrDie) };
    const settings = {
      tenantUrl: this.tenant.issuer,
      managementSecret: managementSecretOf(parts.properties),
      passwordGrantSecret: parts.properties.PasswordGrantSecretId === undefined ? undefined : PASSWORD_SECRET_ID,
      issuer: String(parts.properties.Issuer ?? this.tenant.issuer),
      stateTable: 'state',
      signingKeySecret: SIGNING_KEY_SECRET_ID,
    };
    const ports = {
      settings,
      secrets,
      state: life.aroundState(this.store ?? this.state),
      otherDeployments: life.around(this.account.othersOf(this.deployment)),
      http: sendOrDie,
      connect: connectionTo(settings, { secrets, ...transport }),
      ...time,
      uniqueId: randomUUID,
    };
    const handler = createCustomResourceHandler(
      {
        [RESOURCE_SERVER]: createResourceServerResource(ports),
        [CLIENT_GRANT]: createClientGrantResource(ports),
        [OFFERED_SCOPE]: createOfferedScopeResource(ports),
      },
      { ...transport, deadline: () => new Promise(() => {}), log: (line) => this.lines.push(line) },
    );
    await handler(eventOf(parts), { getRemainingTimeInMillis: () => 60_000 });
    // A dead function sends nothing, even if its code would have.
    return life.isOver ? undefined : received.at(-1);
  }

  /** Sends a Create of a type, or an Update if there is a physical id. */
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

/** The secret that the function of this half of the set-up uses. A test names it like a property. */
function managementSecretOf({ ManagementSecretId = MANAGEMENT_SECRET_ID }: Readonly<Record<string, unknown>>): string {
  return String(ManagementSecretId);
}
