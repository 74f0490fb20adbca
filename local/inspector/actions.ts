/** What the buttons of the page do. They do what an operator or a user would do: call the Management API, or run the rotation's code. */

import { isJsonObject } from '../../src/core/json.ts';
import type { ManagementConnection } from '../../src/management/management-connection.ts';
import type { Action, Done, Trouble } from '../../web/inspector/protocol.ts';
import type { MovableClock } from '../movable-clock.ts';
import type { SigningKeySecret } from '../signing-key-secret.ts';
import { seed } from '../tenant/seed.ts';
import type { Tenant } from '../tenant/server.ts';

/** The caches of local mode, and what is due after the clock was advanced. */
export interface LocalParts {
  /** Empties the gateway's cache. */
  readonly flushGateway: () => void;
  /** Restarts the authorizer, as in a new container. */
  readonly newProcess: () => void;
  readonly emptySharedCache: () => void;
  /** Handles the messages of the revocation queue that are due. */
  readonly deliver: () => Promise<void>;
}

export interface ActionPorts {
  readonly tenant: Tenant;
  readonly audience: string;
  readonly scopes: readonly string[];
  readonly clock: MovableClock;
  readonly signingKey: SigningKeySecret;
  /** A connection lasts for one piece of work. */
  readonly connect: () => ManagementConnection;
  readonly parts: LocalParts;
  readonly makeCredentials: () => void;
}

const TROUBLES: readonly Trouble[] = ['none', 'stopped', 'slow', 'throttled', 'failing'];
const CACHES = ['gateway', 'process', 'shared', 'all'] as const;
const MAXIMUM_ADVANCE_SECONDS = 400 * 86_400;
const SLOW_MS = 1500;

/** Parses an action; `undefined` if it is not valid. */
export function parseAction(value: unknown): Action | undefined {
  if (!isJsonObject(value)) return undefined;
  const { action, label, id, seconds } = value;
  switch (action) {
    case 'create_app_password':
      return typeof label === 'string' && /^\P{Cc}{1,100}$/u.test(label) ? { action, label } : undefined;
    case 'revoke_app_password':
      return typeof id === 'string' && /^[\w|-]{1,100}$/.test(id) ? { action, id } : undefined;
    case 'trouble': {
      const trouble = TROUBLES.find((known) => known === value.trouble);
      return trouble && { action, trouble };
    }
    case 'advance_clock':
      return typeof seconds === 'number' && seconds > 0 && seconds <= MAXIMUM_ADVANCE_SECONDS
        ? { action, seconds }
        : undefined;
    case 'empty_caches': {
      const cache = CACHES.find((known) => known === value.cache);
      return cache && { action, cache };
    }
    case 'rotate_api_key':
    case 'rotate_tenant_key':
    case 'unblock':
    case 'new_credentials':
      return { action };
    default:
      return undefined;
  }
}

/** Thrown if an action fails. The message never contains a secret. */
export class ActionError extends Error {}

export class Actions {
  readonly #ports: ActionPorts;
  #trouble: Trouble = 'none';

  constructor(ports: ActionPorts) {
    this.#ports = ports;
  }

  get trouble(): Trouble {
    return this.#trouble;
  }

  /** @throws CodedError if the tenant refuses, or does not respond */
  async perform(action: Action): Promise<Done> {
    const { tenant, parts, makeCredentials } = this.#ports;
    switch (action.action) {
      case 'create_app_password':
        return this.#createPassword(action.label);
      case 'revoke_app_password':
        return this.#revokePassword(action.id);
      case 'rotate_api_key':
        return this.#rotateApiKey();
      case 'rotate_tenant_key':
        await tenant.rotateSigningKeys();
        return {
          words:
            'The tenant signs new tokens with a new key. It still publishes the old one. Make new credentials to see it.',
        };
      case 'trouble':
        return this.#makeTrouble(action.trouble);
      case 'advance_clock':
        return this.#advance(action.seconds);
      case 'empty_caches':
        emptyCaches(parts, action.cache);
        return { words: CACHE_WORDS[action.cache] };
      case 'unblock':
        for (const { username } of tenant.state.users.values()) tenant.logins.unblock(username);
        return { words: 'No user is blocked any more.' };
      case 'new_credentials':
        makeCredentials();
        return { words: 'All prepared credentials are new.' };
    }
  }

  async #createPassword(label: string): Promise<Done> {
    const { tenant, connect, audience, scopes } = this.#ports;
    const [userId = ''] = tenant.state.users.keys();
    const { value } = await connect().applicationPasswords.create(userId, { label, audience, scopes: [...scopes] });
    return { words: `"${label}" was created. Its value is in the field: send it.`, authorization: `Bearer ${value}` };
  }

  async #revokePassword(id: string): Promise<Done> {
    const { tenant, connect, parts } = this.#ports;
    const record = tenant.state.applicationPasswords.get(id);
    if (!record) return { words: 'It is already gone.' };
    await connect().applicationPasswords.remove(record.user_id, id);
    await parts.deliver();
    return {
      words: `"${record.label}" was deleted, and its user revoked. The caches stop accepting it within seconds.`,
    };
  }

  async #rotateApiKey(): Promise<Done> {
    const { signingKey } = this.#ports;
    const before = signingKey.kids.current;
    // The rotation's function throws only what may be logged.
    await signingKey.rotate().catch((error: unknown) => {
      throw new ActionError(error instanceof Error ? error.message : 'The rotation failed.', { cause: error });
    });
    return {
      words: `The key ${before.slice(0, 8)}… was replaced by ${signingKey.kids.current.slice(0, 8)}… in four steps. A running authorizer notices when the tenant refuses its old key.`,
    };
  }

  #makeTrouble(trouble: Trouble): Done {
    const { faults, rateLimits } = this.#ports.tenant;
    faults.clear();
    if (this.#trouble === 'throttled') rateLimits.set('authentication', seed.rateLimits.authentication);
    if (trouble === 'stopped') faults.add({ kind: 'reset' });
    if (trouble === 'slow') faults.add({ kind: 'latency', ms: SLOW_MS });
    if (trouble === 'failing') faults.add({ kind: 'status', status: 503 });
    if (trouble === 'throttled') rateLimits.set('authentication', { limit: 0, windowSeconds: 60 });
    this.#trouble = trouble;
    return { words: TROUBLE_WORDS[trouble] };
  }

  async #advance(seconds: number): Promise<Done> {
    const { clock, parts } = this.#ports;
    clock.advance(seconds * 1000);
    await parts.deliver();
    return {
      words: `It is now ${new Date(clock.now()).toISOString().slice(0, 19).replace('T', ' ')} UTC for all of local mode.`,
    };
  }
}

const TROUBLE_WORDS: Readonly<Record<Trouble, string>> = {
  none: 'The tenant works as usual.',
  stopped: 'The tenant closes every connection.',
  slow: `The tenant needs ${SLOW_MS} ms for each response.`,
  throttled: 'The tenant refuses every token and introspection request with 429.',
  failing: 'The tenant responds with 503 to everything.',
};

const CACHE_WORDS: Readonly<Record<(typeof CACHES)[number], string>> = {
  gateway: "The gateway has forgotten the authorizer's responses.",
  process: 'The authorizer restarts, as in a new container.',
  shared: 'The shared cache is empty.',
  all: 'All caches are empty.',
};

function emptyCaches(parts: LocalParts, cache: (typeof CACHES)[number]): void {
  if (cache === 'gateway' || cache === 'all') parts.flushGateway();
  if (cache === 'process' || cache === 'all') parts.newProcess();
  if (cache === 'shared' || cache === 'all') parts.emptySharedCache();
}
