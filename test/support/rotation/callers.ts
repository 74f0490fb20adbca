/** Authorizers that send requests to an authorization server: a warm one, and one that has just started. */
import { randomUUID } from 'node:crypto';
import type { MemoryVersions } from '../../../local/memory-versions.ts';
import type { Clock } from '../../../src/core/clock.ts';
import { hasCode } from '../../../src/core/errors.ts';
import type { HttpPort } from '../../../src/core/http.ts';
import { PrivateKeyJwt } from '../../../src/issuer/client-authentication.ts';
import { Introspection } from '../../../src/issuer/introspection.ts';
import { INTROSPECTION_PROFILES, type IntrospectionProfileName } from '../../../src/issuer/introspection-profile.ts';
import { IssuerEndpoint } from '../../../src/issuer/issuer-endpoint.ts';
import {
  type ImportedSigningKey,
  importSigningKey,
  type PrivateSigningJwk,
  parseSigningJwk,
} from '../../../src/signing-key/signing-key.ts';
import { SigningKeyRing, type SigningKeyStore } from '../../../src/signing-key/signing-key-ring.ts';

export interface IntrospectionServer {
  readonly profile: IntrospectionProfileName;
  readonly issuer: string;
  readonly introspectionUrl: string;
  readonly clientId: string;
  /** Issues an opaque token of the API. */
  readonly issue: () => string | Promise<string>;
}

export interface CallerPorts {
  readonly http: HttpPort;
  readonly clock: Clock;
}

export class Callers {
  /** How the requests ended: `allowed`, or the code of an error. */
  readonly outcomes: Record<string, number> = {};
  readonly #server: IntrospectionServer;
  readonly #ports: CallerPorts;
  readonly #secret: MemoryVersions;
  readonly #warm: Introspection;

  constructor(server: IntrospectionServer, secret: MemoryVersions, ports: CallerPorts) {
    this.#server = server;
    this.#ports = ports;
    this.#secret = secret;
    this.#warm = this.#authorizer(storeOf(secret));
  }

  /** Sends a request from each of the two. */
  async call(): Promise<void> {
    for (const authorizer of [this.#warm, this.#authorizer(storeOf(this.#secret))]) {
      const token = await this.#server.issue();
      const deadlineMs = this.#ports.clock() + 5000;
      const outcome = await authorizer.introspect(token, { deadlineMs }).then(
        () => 'allowed',
        (error: { readonly code?: string }) => error.code ?? String(error),
      );
      this.outcomes[outcome] = (this.outcomes[outcome] ?? 0) + 1;
    }
  }

  /** Whether the server accepts this key. Tries no other key. */
  async isAccepted(key: PrivateSigningJwk): Promise<boolean> {
    const only = importSigningKey(key);
    const authorizer = this.#authorizer({ read: async () => [only] });
    try {
      await authorizer.ask('nobody has issued this', { deadlineMs: this.#ports.clock() + 5000 });
      return true;
    } catch (error) {
      if (hasCode(error, 'issuer_client_refused')) return false;
      throw error;
    }
  }

  /** The same proof as a rotation's, for a server of any profile. */
  readonly prove = async (key: PrivateSigningJwk): Promise<void> => {
    const only = importSigningKey(key);
    const authorizer = this.#authorizer({ read: async () => [only] });
    await authorizer.ask('nobody has issued this', { deadlineMs: this.#ports.clock() + 5000 });
  };

  #authorizer(store: SigningKeyStore): Introspection {
    const { profile, issuer, introspectionUrl: url, clientId } = this.#server;
    const { http, clock } = this.#ports;
    return new Introspection({
      url,
      endpoint: new IssuerEndpoint('introspection', { http, clock, sleep: async () => {}, random: Math.random }),
      clientAuthentication: new PrivateKeyJwt({
        keys: new SigningKeyRing(store, clock),
        clientId,
        audience: issuer,
        clock,
        uniqueId: randomUUID,
      }),
      profile: INTROSPECTION_PROFILES[profile],
      expected: { issuer, audiences: ['https://demo.api'], clock, clockToleranceSeconds: 5 },
    });
  }
}

/** The current key and the pending one, as the authorizer reads them. */
function storeOf(secret: MemoryVersions): SigningKeyStore {
  return {
    read: async () => {
      const [current, pending] = ['AWSCURRENT', 'AWSPENDING'].map((stage) => keyOf(secret.at(stage)));
      if (!current) throw new Error('There is no current key.');
      return pending ? [current, pending] : [current];
    },
  };
}

function keyOf(text: string | undefined): ImportedSigningKey | undefined {
  return text === undefined ? undefined : importSigningKey(parseSigningJwk(text));
}
