/** The secret with the resource server's signing key, in memory, and its rotation by the code of the deployed function. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRotationHandler } from '../lambda/key-rotation/create-handler.ts';
import { createProof } from '../lambda/key-rotation/prove-key.ts';
import { STEPS } from '../lambda/key-rotation/request.ts';
import type { HttpPort } from '../src/core/http.ts';
import { STATE_NAMES } from '../src/core/state-store.ts';
import type { ManagementConnection } from '../src/management/management-connection.ts';
import { OwnedRecords, type RecordStore, recordKey } from '../src/setup/record-store.ts';
import type { ResourceServerRecord } from '../src/setup/resource-server/resource-server-record.ts';
import { generateSigningKey } from '../src/signing-key/generate-signing-key.ts';
import { writePublicKeys } from '../src/signing-key/public-key-document.ts';
import { importSigningKey, type PrivateSigningJwk, parseSigningJwk } from '../src/signing-key/signing-key.ts';
import type { SigningKeyStore } from '../src/signing-key/signing-key-ring.ts';
import { MemoryState } from './memory-state.ts';
import { MemoryVersions } from './memory-versions.ts';

export interface SigningKeySecretOptions {
  /** The tenant's URL with its final slash. */
  readonly issuer: string;
  /** The identifiers of the resource servers that hold the key. The first one is the main one. */
  readonly audiences: readonly [string, ...string[]];
  /** The first key. */
  readonly key: PrivateSigningJwk;
  readonly connect: () => ManagementConnection;
  readonly http: HttpPort;
  readonly clock: () => number;
  /** Called with each line of the rotation's log. */
  readonly log: (line: string) => void;
}

const SECRET_ID = 'in memory';
const OWNER = 'npm start';
const JWKS_CACHE_SECONDS = 300;

export class SigningKeySecret implements SigningKeyStore {
  readonly #versions: MemoryVersions;
  readonly #state = new MemoryState();
  readonly #options: SigningKeySecretOptions;

  constructor(options: SigningKeySecretOptions) {
    this.#options = options;
    this.#versions = new MemoryVersions('AWS', randomUUID(), JSON.stringify(options.key));
    this.#state.set(STATE_NAMES.publicKeys, writePublicKeys([options.key]));
  }

  /** Reads the current key, then the pending one, as the authorizer does in Secrets Manager. */
  async read() {
    const [current, pending] = ['AWSCURRENT', 'AWSPENDING'].map((stage) => this.#versions.at(stage));
    const [first, ...others] = [current, pending].flatMap((text) =>
      text === undefined ? [] : [parseSigningJwk(text)],
    );
    if (!first) throw new Error('The secret has no current version.');
    const different = others.filter(({ kid }) => kid !== first.kid);
    return [importSigningKey(first), ...different.map(importSigningKey)] as const;
  }

  /** The ids of the current and of the pending key. */
  get kids(): { readonly current: string; readonly pending: string | undefined } {
    const kidAt = (stage: string) => parseSigningJwk(this.#versions.at(stage) ?? '').kid;
    const current = kidAt('AWSCURRENT');
    const pending = this.#versions.at('AWSPENDING') === undefined ? current : kidAt('AWSPENDING');
    return { current, pending: pending === current ? undefined : pending };
  }

  /** What the set-up records about a resource server. The rotation reads it. */
  async recordsOf(audience: string): Promise<RecordStore<ResourceServerRecord>> {
    const key = recordKey(this.#options.issuer, audience);
    const records = new OwnedRecords(this.#state, STATE_NAMES.resourceServers);
    await records.acquire(key, OWNER);
    return records.storeFor<ResourceServerRecord>(key);
  }

  /**
   * Rotates the key in the four steps of Secrets Manager.
   *
   * @throws Error that names the reason, such as an outage of the tenant
   */
  async rotate(): Promise<void> {
    const handle = createRotationHandler(this.#rotation(), this.#options.log);
    const token = (await this.#leftBehind()) ?? randomUUID();
    this.#versions.announce(token);
    for (const Step of STEPS) await handle({ Step, SecretId: SECRET_ID, ClientRequestToken: token });
  }

  /** The pending version of a rotation that failed. Secrets Manager continues with it, because the tenant may know only its key. */
  async #leftBehind(): Promise<string | undefined> {
    const versions = [...(await this.#versions.stages())];
    return versions.find(([, stages]) => stages.includes('AWSPENDING') && !stages.includes('AWSCURRENT'))?.[0];
  }

  #rotation(): Parameters<typeof createRotationHandler>[0] {
    const { issuer, audiences, connect, http, clock } = this.#options;
    const [audience, ...others] = audiences;
    const ports = { http, clock, sleep: (milliseconds: number) => sleep(milliseconds), random: Math.random };
    return {
      settings: {
        signingKeySecret: SECRET_ID,
        stateTable: 'in memory',
        managementSecret: 'in memory',
        tenantUrl: issuer,
        issuer,
        audience,
        audiences: others,
        keyDelivery: 'verificationKey',
        keyFormat: 'certificate',
        jwksUrl: `${issuer}.well-known/unused.json`,
        jwksCacheSeconds: JWKS_CACHE_SECONDS,
      },
      secret: this.#versions,
      state: this.#state,
      connect: async () => connect(),
      prove: createProof({ issuer, audience, audiences: others }, ports),
      generate: () => generateSigningKey(clock()),
      clock,
      sleep: ports.sleep,
      uniqueId: randomUUID,
    };
  }
}
