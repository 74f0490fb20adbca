/**
 * One container of the authorizer's function: the caches and the revocation check of the product, with nothing replaced but the clock,
 * the tables and the issuer.
 */
import { PrincipalCache } from '../../src/authorizer/principal-cache.ts';
import { RevocationCheck } from '../../src/authorizer/revocation-check.ts';
import { ACCESS_TOKEN, type Principal } from '../../src/core/principal.ts';
import { Revocations } from '../../src/shared-state/revocations.ts';
import { SharedCache } from '../../src/shared-state/shared-cache.ts';
import type { SeededRandom } from './random.ts';
import { REVOCATION_SECONDS, type Scenario } from './scenario.ts';
import type { SharedTables } from './shared-tables.ts';
import type { SimulatedTime } from './simulated-time.ts';
import type { Usage } from './usage.ts';

export interface ContainerPorts {
  readonly time: SimulatedTime;
  readonly random: SeededRandom;
  readonly tables: SharedTables;
  readonly usage: Usage;
}

export class Container {
  /** When it last finished a request, in epoch milliseconds. */
  idleSinceMs: number;
  readonly #ports: ContainerPorts;
  readonly #issuerMs: number;
  readonly #cache: PrincipalCache;

  constructor(ports: ContainerPorts, { cacheTtlSeconds, isShared, durationsMs }: Scenario) {
    const { clock } = ports.time;
    this.idleSinceMs = clock();
    this.#ports = ports;
    this.#issuerMs = durationsMs.issuer;
    this.#cache = new PrincipalCache({
      clock,
      random: ports.random.next,
      cacheTtlSeconds,
      negativeTtlSeconds: 10,
      staleIfErrorSeconds: 0,
      uncachedScopes: [],
      ...(isShared ? sharedState(ports) : {}),
    });
  }

  /** Handles a request of a caller with an opaque token. */
  async authorize(caller: number): Promise<void> {
    await this.#cache.resolve({
      digest: String(caller),
      credential: { kind: 'bearer', token: `token-${caller}` },
      form: 'opaque',
      lookUp: () => this.#introspect(caller),
    });
  }

  async #introspect(caller: number): Promise<Principal> {
    const { time, usage } = this.#ports;
    usage.introspections += 1;
    await time.sleep(this.#issuerMs);
    return { ...PRINCIPAL, subject: `auth0|${caller}` };
  }
}

/** An app specific password has no expiry, and an opaque token usually outlives the caches. */
const PRINCIPAL: Omit<Principal, 'subject'> = {
  username: undefined,
  scopes: ['read:foo'],
  tokenType: ACCESS_TOKEN,
  clientId: 'client',
  organizationId: undefined,
  issuer: 'https://tenant.auth0.com/',
  expiresAt: undefined,
};

function sharedState({ time: { clock, sleep }, tables }: ContainerPorts) {
  const { entries: table, readPepper } = tables;
  const revocations = new Revocations({ table: tables.marks, clock, seconds: REVOCATION_SECONDS });
  return {
    shared: new SharedCache({ table, readPepper, fingerprint: 'simulation', clock, sleep }),
    revocation: new RevocationCheck({
      revocations,
      revokeJwts: false,
      introspectJwts: false,
      markIssuerOf: (issuer) => issuer,
      clock,
    }),
  };
}
