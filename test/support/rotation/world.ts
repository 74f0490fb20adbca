/**
 * A tenant, a secret, the published keys, and an authorizer that checks after every call whether callers get through. The keys
 * are fake and nothing is signed, because real keys take time.
 */

import { createSecret } from '../../../lambda/key-rotation/create-secret.ts';
import { finishSecret } from '../../../lambda/key-rotation/finish-secret.ts';
import { followLabels } from '../../../lambda/key-rotation/follow-labels.ts';
import type { Step } from '../../../lambda/key-rotation/request.ts';
import { holdingLease, type Rotation, type StepOutcome } from '../../../lambda/key-rotation/rotation.ts';
import { setSecret } from '../../../lambda/key-rotation/set-secret.ts';
import { testSecret } from '../../../lambda/key-rotation/test-secret.ts';
import { MemoryState } from '../../../local/memory-state.ts';
import { type Flavour, MemoryVersions } from '../../../local/memory-versions.ts';
import { type CodedError, IssuerError } from '../../../src/core/errors.ts';
import type { KeyDelivery } from '../../../src/core/key-delivery.ts';
import type { KeyProperties } from '../../../src/management/key-properties.ts';
import { OwnedRecords } from '../../../src/setup/record-store.ts';
import type { ResourceServerRecord } from '../../../src/setup/resource-server/resource-server-record.ts';
import { tearDownResourceServer } from '../../../src/setup/resource-server/tear-down-resource-server.ts';
import { parsePublicKeys, servedKeys, writePublicKeys } from '../../../src/signing-key/public-key-document.ts';
import { certificatePem, type PrivateSigningJwk, parseSigningJwk } from '../../../src/signing-key/signing-key.ts';
import { FrozenClock } from '../core/clock.ts';
import { Life } from '../setup/aws-in-memory.ts';
import { MemoryResourceServers } from '../setup/ports.ts';

export const API = 'https://demo.api';
export const JWKS_URL = 'https://keys.example/.well-known/jwks.json';
export const SECRET_ARN = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:Key-AbCdEf';
export const CACHE_SECONDS = 300;
/** The key properties of the tenant before our set-up. */
export const BEFORE = { verificationKey: 'THEIRS', verificationKeys: [{ kid: 'theirs', pem: 'THEIR PEM' }] };
const TENANT_URL = 'https://tenant.example/';
const RECORD_KEY = `${TENANT_URL} ${API}`;

const STEPS: Readonly<Record<Step, (rotation: Rotation, versionId: string) => Promise<StepOutcome>>> = {
  createSecret,
  setSecret,
  testSecret,
  finishSecret,
};
export const STEP_NAMES = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const;

/** The maximum number of our calls between the two requests of a reader. */
const LONGEST_READING = 4;

/** The keys that were readable at a time. */
interface Labels {
  readonly atMs: number;
  readonly current: string | undefined;
  readonly pending: string | undefined;
}

/** Returns a fake key with this name. */
export function fakeKey(kid: string): PrivateSigningJwk {
  const secret = (member: string) => `PRIVATE-${member}-of-${kid}`;
  const [d, p, q, dp, dq, qi] = ['d', 'p', 'q', 'dp', 'dq', 'qi'].map(secret) as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  return {
    kty: 'RSA',
    kid,
    alg: 'RS256',
    use: 'sig',
    n: `n-of-${kid}`,
    e: 'AQAB',
    d,
    p,
    q,
    dp,
    dq,
    qi,
    x5c: [`X5C${kid}`],
  };
}

export class RotationWorld {
  readonly clock = new FrozenClock();
  readonly state = new MemoryState();
  readonly tenant = new MemoryResourceServers();
  readonly secret: MemoryVersions;
  /** What the tenant then holds. With `auto`, the test says which. */
  readonly keyDelivery: Exclude<KeyDelivery, 'auto'>;
  /** Whether the functions are configured with `auto`. */
  isAutomatic = false;
  /** If set, the tenant fails every proof with this error. */
  outage: CodedError<string> | undefined;
  /** More resource servers with the same key. */
  audiences: readonly string[] = [];
  proofs = 0;
  /** The keys with which a caller would have been refused. */
  readonly refusals: string[] = [];
  readonly #published: { readonly sinceMs: number; readonly text: string }[] = [];
  readonly #labels: Labels[] = [];
  readonly #isWatched: boolean;
  #generated = 0;
  #identified = 0;

  private constructor(
    keyDelivery: RotationWorld['keyDelivery'],
    flavour: Flavour,
    { isWatched }: { readonly isWatched: boolean },
  ) {
    this.keyDelivery = keyDelivery;
    this.#isWatched = isWatched;
    this.secret = new MemoryVersions(flavour, 'version-0', JSON.stringify(fakeKey('key-0')));
    this.state.set('public-keys', writePublicKeys([fakeKey('key-0')]));
    this.state.set('resource-servers', JSON.stringify({ entries: { [RECORD_KEY]: { owners: ['the-stack'] } } }));
    this.tenant.add(API, BEFORE);
    this.#observePublication();
  }

  /** Creates a world whose tenant was set up for `key-0` a day ago. */
  static async setUp(
    keyDelivery: RotationWorld['keyDelivery'],
    flavour: Flavour = 'AWS',
    options = { isWatched: true },
  ): Promise<RotationWorld> {
    const world = new RotationWorld(keyDelivery, flavour, options);
    await holdingLease(world.rotation(), { purpose: 'deployment' }, followLabels);
    world.clock.advanceSeconds(86_400);
    world.tenant.writes.length = 0;
    world.refusals.length = 0;
    return world;
  }

  /** Adds a resource server that was set up for the current key. */
  async addAudience(identifier: string, keys: Partial<KeyProperties>): Promise<void> {
    this.tenant.add(identifier, keys);
    const records = new OwnedRecords(this.state, 'resource-servers');
    await records.acquire(`${TENANT_URL} ${identifier}`, 'the-stack');
    await holdingLease(
      { ...this.rotation(), settings: { ...this.#settings, audiences: [identifier] } },
      { purpose: 'deployment' },
      followLabels,
    );
    this.audiences = [...this.audiences, identifier];
  }

  rotation(life = new Life()): Rotation {
    const around = <Port extends object>(port: Port) => mortal(life, port, () => this.#observe());
    const { connect, prove, sleep } = around({
      connect: async () => ({ resourceServers: around(this.tenant) }),
      prove: (key: PrivateSigningJwk) => this.#prove(key),
      sleep: this.clock.sleep,
    });
    return {
      settings: this.#settings,
      secret: around(this.secret),
      state: around(this.state),
      connect,
      prove,
      generate: async () => fakeKey(`key-${++this.#generated}`),
      clock: this.clock.read,
      sleep,
      uniqueId: () => `unique-${++this.#identified}`,
    };
  }

  get #settings(): Rotation['settings'] {
    return {
      signingKeySecret: SECRET_ARN,
      stateTable: 'state',
      managementSecret: 'auth0/management',
      tenantUrl: TENANT_URL,
      issuer: TENANT_URL,
      audience: API,
      audiences: [...this.audiences],
      keyDelivery: this.isAutomatic ? 'auto' : this.keyDelivery,
      keyFormat: 'certificate',
      jwksUrl: JWKS_URL,
      jwksCacheSeconds: CACHE_SECONDS,
    };
  }

  step(name: Step, versionId: string, life?: Life): Promise<StepOutcome> {
    return this.stepWith(this.rotation(life), name, versionId);
  }

  stepWith(rotation: Rotation, name: Step, versionId: string): Promise<StepOutcome> {
    return STEPS[name](rotation, versionId);
  }

  /** Rotates as Secrets Manager does: continues an incomplete rotation with its old token. */
  async rotate(versionId: string): Promise<void> {
    this.clock.advanceSeconds(1);
    const pending = (await this.secret.stages()).entries();
    const [leftBehind] =
      [...pending].find(([, stages]) => stages.includes('AWSPENDING') && !stages.includes('AWSCURRENT')) ?? [];
    if (leftBehind === undefined) this.secret.announce(versionId);
    await this.rotateByHand(leftBehind ?? versionId);
  }

  /** Runs all steps; some time passes between them. */
  async rotateByHand(versionId: string): Promise<void> {
    for (const name of STEP_NAMES) {
      await this.step(name, versionId);
      this.clock.advanceSeconds(1);
    }
  }

  tearDown(): Promise<unknown> {
    const records = new OwnedRecords(this.state, 'resource-servers');
    return tearDownResourceServer({
      resourceServers: this.tenant,
      records: records.storeFor<ResourceServerRecord>(RECORD_KEY),
    });
  }

  get keys(): KeyProperties {
    return this.tenant.keysOf(API);
  }

  kidAt(stage: string): string | undefined {
    const text = this.secret.at(stage);
    return text === undefined ? undefined : kidIn(text);
  }

  /** The keys in the JWKS now. */
  served(): readonly string[] {
    return servedKeys(keysIn(this.state.textOf('public-keys') ?? ''), this.clock.nowMs).map(({ kid }) => kid);
  }

  /** The keys that the tenant certainly knows, however old its copy of the JWKS is. */
  known(kids: readonly string[]): readonly string[] {
    return kids.filter((kid) => this.#knows(kid, API));
  }

  /** Our keys on the resource server itself. */
  traced(): readonly string[] {
    const held = JSON.stringify(this.keys);
    return [...this.secret.values.values()]
      .map((text) => kidIn(text) ?? '')
      .filter((kid) => held.includes(`X5C${kid}`));
  }

  #knows(kid: string, api: string): boolean {
    const pem = pemOf(kid);
    const { verificationKey, verificationKeys } = this.tenant.keysOf(api);
    if (this.keyDelivery === 'verificationKey') return verificationKey === pem;
    if (this.keyDelivery === 'verificationKeys') {
      return Array.isArray(verificationKeys) && verificationKeys.some((entry) => entry.pem === pem);
    }
    const oldestMs = this.clock.nowMs - CACHE_SECONDS * 1000;
    const copies = this.#published.filter((_, index) => (this.#published[index + 1]?.sinceMs ?? Infinity) > oldestMs);
    return copies.every(({ sinceMs, text }) =>
      servedKeys(keysIn(text), Math.max(sinceMs, oldestMs)).some((key) => key.kid === kid),
    );
  }

  async #prove({ kid }: PrivateSigningJwk): Promise<void> {
    this.proofs += 1;
    if (this.outage) throw this.outage;
    if (![API, ...this.audiences].every((api) => this.#knows(kid, api)))
      throw new IssuerError('issuer_client_refused', 'The server refused the assertion.');
  }

  /** A cold authorizer signs with the current key and, if refused, with the pending one. It reads the labels in two requests. */
  #observe(): void {
    this.#observePublication();
    if (!this.#isWatched) return;
    const [current, pending] = [this.kidAt('AWSCURRENT'), this.kidAt('AWSPENDING')];
    const nowMs = this.clock.nowMs;
    this.#labels.push({ atMs: nowMs, current, pending });
    // Only a delivery with a single key needs the second attempt.
    this.#sign(this.keyDelivery === 'verificationKey' ? [current, pending] : [current]);
    for (const before of this.#labels.slice(-LONGEST_READING).filter(({ atMs }) => atMs === nowMs)) {
      this.#sign([before.current, pending]);
      this.#sign([current, before.pending]);
    }
  }

  #sign(read: readonly (string | undefined)[]): void {
    const kids = read.filter((kid) => kid !== undefined);
    for (const api of [API, ...this.audiences]) {
      if (!kids.some((kid) => this.#knows(kid, api))) this.refusals.push(`signed with ${kids.join(' or ')} for ${api}`);
    }
  }

  #observePublication(): void {
    const text = this.state.textOf('public-keys') ?? '';
    if (this.#published.at(-1)?.text !== text) this.#published.push({ sinceMs: this.clock.nowMs, text });
  }
}

/** The world is checked after every call, so the same few texts are parsed again and again. */
const keysIn = remembering(parsePublicKeys);
const pemOf = remembering((kid) => certificatePem(fakeKey(kid)));
const kidIn = remembering((text) => {
  try {
    return parseSigningJwk(text).kid;
  } catch {
    return undefined;
  }
});

function remembering<Parsed>(parse: (text: string) => Parsed): (text: string) => Parsed {
  const known = new Map<string, { readonly parsed: Parsed }>();
  return (text) => {
    const entry = known.get(text) ?? { parsed: parse(text) };
    known.set(text, entry);
    return entry.parsed;
  };
}

/** Wraps a port: it may die before or after one of its calls. The world is checked after each call. */
function mortal<Port extends object>(life: Life, port: Port, observe: () => void): Port {
  return new Proxy(port, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return life.around(async (...args: unknown[]) => {
        const response: unknown = await member.apply(target, args);
        observe();
        return response;
      });
    },
  });
}
