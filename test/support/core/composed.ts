/** The authorizer as the function composes it, with scripted HTTP and a frozen clock. Every request takes 120 ms. */
import type { AuthorizationRequest, Authorizer } from '../../../src/authorizer/authorizer.ts';
import { type AuthorizerPorts, composeAuthorizer } from '../../../src/authorizer/compose.ts';
import type { Decision } from '../../../src/authorizer/decision.ts';
import { parseAuthorizerConfiguration } from '../../../src/config/authorizer-configuration.ts';
import type { Endpoint } from '../../../src/issuer/issuer-endpoint.ts';
import { FrozenClock } from './clock.ts';
import { AUDIENCE, ISSUER } from './issuer.ts';
import { type Script, ScriptedHttp } from './scripted-http.ts';
import { makeSigningKey } from './signing-keys.ts';

/** Added to an issuer, an audience and the secrets. */
export type ConfigurationChanges = Readonly<Record<string, unknown>>;

const REQUEST_MS = 120;
const MINIMUM = { issuer: ISSUER, audience: AUDIENCE, signingKeySecret: 'key', passwordGrantSecret: 'client' };
const CALLED = { method: 'GET', resourcePath: '/foo', path: '/foo' };

export const signingKey = makeSigningKey('signing-key');

/** A decision, and its effects outside the authorizer. */
export interface Outcome {
  readonly decision: Decision;
  /** The kinds of endpoints that were called, in order. */
  readonly endpoints: readonly Endpoint[];
  readonly outside: {
    readonly outcome: Decision['outcome'];
    /** The URLs that were requested, in order. */
    readonly calls: readonly string[];
    readonly durationMs: number;
  };
}

/** Composes an authorizer from configuration text, as the function does. */
export function compose(
  http: ScriptedHttp,
  clock: FrozenClock,
  configuration: ConfigurationChanges,
  ports: Partial<AuthorizerPorts>,
): Authorizer {
  return composeAuthorizer(parseAuthorizerConfiguration(JSON.stringify({ ...MINIMUM, ...configuration })), {
    http: http.port,
    clock: clock.read,
    sleep: clock.sleep,
    random: () => 0,
    signingKeys: { read: async () => [signingKey] },
    ...ports,
  });
}

/** A request to `GET /foo` that carries one header, with changes. */
export function requestWith(authorization: string, changes: Partial<AuthorizationRequest> = {}): AuthorizationRequest {
  return { ...CALLED, authorization: [authorization], ...changes };
}

export function basic(username: string, secret: string): string {
  return `Basic ${Buffer.from(`${username}:${secret}`).toString('base64')}`;
}

export class Composed {
  readonly clock = new FrozenClock();
  readonly http: ScriptedHttp;
  /** The client of the password grant that is stored now. */
  client = { clientId: 'grant-client', clientSecret: 'grant-client-secret' };
  clientReads = 0;
  readonly #authorizer: Authorizer;

  constructor(script: Script, configuration: ConfigurationChanges = {}, ports: Partial<AuthorizerPorts> = {}) {
    this.http = new ScriptedHttp((request) => {
      this.clock.nowMs += REQUEST_MS;
      return script(request);
    });
    const passwordGrantClient = async () => {
      this.clientReads += 1;
      return this.client;
    };
    this.#authorizer = compose(this.http, this.clock, configuration, { passwordGrantClient, ...ports });
  }

  async decide(authorization: string): Promise<Outcome> {
    const { clock, http } = this;
    const [startedAtMs, requested] = [clock.nowMs, http.requests.length];
    const endpoints: Endpoint[] = [];
    const decision = await this.#authorizer.decide(requestWith(authorization), (event) => {
      if (event.kind === 'attempt') endpoints.push(event.endpoint);
    });
    const calls = http.requests.slice(requested).map(({ url }) => url);
    return {
      decision,
      endpoints,
      outside: { outcome: decision.outcome, calls, durationMs: clock.nowMs - startedAtMs },
    };
  }
}
