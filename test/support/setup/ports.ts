/** An in-memory tenant and store, and a fuse that blows at a chosen call, for tests of the set-up without a socket. */
import type { ClientGrant, ClientGrants, NewClientGrant } from '../../../src/management/client-grants.ts';
import { ManagementRefusal } from '../../../src/management/errors.ts';
import type {
  KeyPatch,
  KeyProperties,
  KeyProperty,
  WantedKeyProperties,
} from '../../../src/management/key-properties.ts';
import type { NewResourceServer, ResourceServer, ResourceServers } from '../../../src/management/resource-servers.ts';
import { NO_TOKEN_SETTINGS } from '../../../src/management/token-settings.ts';
import type { RecordStore } from '../../../src/setup/record-store.ts';

export const NO_KEYS: KeyProperties & WantedKeyProperties = {
  verificationKey: null,
  verificationKeys: null,
  verificationLocation: null,
};

/** The error of a process that died. */
export class Crash extends Error {}

/** Counts the moments just before and just after each outside call, and dies at one of them. */
export class Fuse {
  moments = 0;
  readonly #blowsAt: number;

  constructor(blowsAt = Number.POSITIVE_INFINITY) {
    this.#blowsAt = blowsAt;
  }

  pass(): void {
    this.moments += 1;
    if (this.moments === this.#blowsAt) throw new Crash(`died at moment ${this.moments}`);
  }

  /** Wraps a port, with the fuse around each of its calls. */
  around<Port extends object>(port: Port): Port {
    return new Proxy(port, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        return async (...args: unknown[]) => {
          this.pass();
          const response: unknown = await member.apply(target, args);
          this.pass();
          return response;
        };
      },
    });
  }
}

export class MemoryStore<SetupRecord> implements RecordStore<SetupRecord> {
  text: string | undefined;
  writes = 0;

  async read(): Promise<unknown> {
    return this.text === undefined ? undefined : JSON.parse(this.text);
  }

  async write(record: SetupRecord): Promise<void> {
    this.writes += 1;
    this.text = JSON.stringify(record);
  }

  async delete(): Promise<void> {
    this.text = undefined;
  }
}

export class MemoryResourceServers implements ResourceServers {
  readonly records = new Map<string, ResourceServer>();
  readonly writes: string[] = [];
  /** Responds with 400 to a request that contains one of these. */
  refused: readonly KeyProperty[] = [];
  /** Responds with 400 to `null`. */
  refusesNull = false;
  /** Accepts `null` and keeps the old value. */
  ignoresNull = false;
  /** Stored, but not shown. */
  hidden: readonly KeyProperty[] = [];
  /** Stored instead of a written value. */
  render: (value: unknown) => unknown = (value) => value;
  #made = 0;

  add(identifier: string, keys: Partial<KeyProperties> = {}, name = ''): void {
    this.#made += 1;
    const id = `rs_${this.#made}`;
    this.records.set(id, {
      id,
      identifier,
      name,
      scopes: [],
      keys: { ...NO_KEYS, ...keys },
      tokens: NO_TOKEN_SETTINGS,
    });
  }

  keysOf(identifier: string): KeyProperties {
    const found = this.#lookUp(identifier);
    if (!found) throw new Error(`no ${identifier}`);
    return found.keys;
  }

  /** Somebody else's edit. */
  edit(identifier: string, patch: KeyPatch): void {
    const found = this.#lookUp(identifier);
    if (found) this.records.set(found.id, { ...found, keys: { ...found.keys, ...patch } });
  }

  snapshot(): string {
    return JSON.stringify([...this.records.values()]);
  }

  async find(identifier: string): Promise<ResourceServer | undefined> {
    const found = this.#lookUp(identifier);
    const shown = this.hidden.map((property) => [property, null]);
    return found && { ...found, keys: { ...found.keys, ...Object.fromEntries(shown) } };
  }

  async identifiers(): Promise<readonly string[]> {
    return [...this.records.values()].map((record) => record.identifier);
  }

  async create({ identifier, name }: NewResourceServer): Promise<void> {
    this.writes.push(`create ${identifier}`);
    this.add(identifier, {}, name);
  }

  async update(id: string, patch: KeyPatch): Promise<void> {
    this.writes.push(`update ${Object.keys(patch).join()}`);
    const record = this.records.get(id);
    if (!record) throw refusal(404, 'The resource server does not exist.');
    const refused = this.refused.find((property) => property in patch);
    if (refused) throw refusal(400, `Payload validation error: 'Additional properties not allowed: ${refused}'.`);
    const nulled = Object.entries(patch).find(([, value]) => value === null);
    if (nulled && this.refusesNull) {
      throw refusal(
        400,
        `Payload validation error: 'Expected type string but found type null' on property ${nulled[0]}.`,
      );
    }
    const taken = Object.entries(patch).filter(([, value]) => value !== null || !this.ignoresNull);
    const rendered = Object.fromEntries(
      taken.map(([name, value]) => [name, value === null ? null : this.render(value)]),
    );
    this.records.set(id, { ...record, keys: { ...record.keys, ...rendered } });
  }

  async remove(id: string): Promise<void> {
    this.writes.push(`remove ${id}`);
    this.records.delete(id);
  }

  #lookUp(identifier: string): ResourceServer | undefined {
    return [...this.records.values()].find((record) => record.identifier === identifier);
  }
}

export class MemoryClientGrants implements ClientGrants {
  grant: ClientGrant | undefined;
  readonly writes: string[] = [];
  /** The unknown scopes that this tenant drops. */
  unknownScopes: readonly string[] = [];
  #made = 0;

  add(scopes: readonly string[], allowsAllScopes = false): void {
    this.#made += 1;
    this.grant = { id: `cgr_${this.#made}`, scopes, allowsAllScopes };
  }

  async find(): Promise<ClientGrant | undefined> {
    return this.grant;
  }

  async create({ scopes }: NewClientGrant): Promise<void> {
    this.writes.push(`create ${scopes.join()}`);
    this.add(this.#known(scopes));
  }

  async update(id: string, scopes: readonly string[]): Promise<void> {
    this.writes.push(`update ${scopes.join()}`);
    if (this.grant?.id !== id) throw refusal(404, 'The client grant does not exist.');
    this.grant = { ...this.grant, scopes: this.#known(scopes) };
  }

  async remove(id: string): Promise<void> {
    this.writes.push('remove');
    if (this.grant?.id === id) this.grant = undefined;
  }

  #known(scopes: readonly string[]): readonly string[] {
    return scopes.filter((scope) => !this.unknownScopes.includes(scope));
  }
}

function refusal(status: number, reason: string): ManagementRefusal {
  return new ManagementRefusal(`The tenant refused it with ${status}: ${reason}`, { status, reason });
}
