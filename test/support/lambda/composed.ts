/** The whole authorizer, composed as in the function, before servers that a test scripts. Every request takes 120 ms. */

import type { Authorizer } from '../../../src/authorizer/authorizer.ts';
import { composeAuthorizer } from '../../../src/authorizer/compose.ts';
import type { Decision } from '../../../src/authorizer/decision.ts';
import { parseAuthorizerConfiguration } from '../../../src/config/authorizer-configuration.ts';
import { FrozenClock } from '../core/clock.ts';
import { AUDIENCE, ISSUER } from '../core/issuer.ts';
import { type Script, ScriptedHttp } from '../core/scripted-http.ts';
import { makeSigningKey } from '../core/signing-keys.ts';

const REQUEST_MS = 120;
const signingKey = makeSigningKey('signing-key');

/** A decision, and what somebody who watches from outside sees of it. */
export interface Outcome {
  readonly decision: Decision;
  readonly outside: {
    readonly outcome: Decision['outcome'];
    /** The URLs that were asked, in order. */
    readonly calls: readonly string[];
    readonly durationMs: number;
  };
}

export class Composed {
  readonly clock = new FrozenClock();
  readonly http: ScriptedHttp;
  /** The client of the password grant, as it is kept now. */
  client = { clientId: 'grant-client', clientSecret: 'grant-client-secret' };
  clientReads = 0;
  readonly #authorizer: Authorizer;

  /** @param configuration added to an issuer, an audience and the secrets */
  constructor(script: Script, configuration: Readonly<Record<string, unknown>> = {}) {
    this.http = new ScriptedHttp((request) => {
      this.clock.nowMs += REQUEST_MS;
      return script(request);
    });
    const minimum = { issuer: ISSUER, audience: AUDIENCE, signingKeySecret: 'key', passwordGrantSecret: 'client' };
    this.#authorizer = composeAuthorizer(
      parseAuthorizerConfiguration(JSON.stringify({ ...minimum, ...configuration })),
      {
        http: this.http.port,
        clock: this.clock.read,
        sleep: this.clock.sleep,
        random: () => 0,
        signingKeys: { read: async () => [signingKey] },
        passwordGrantClient: async () => {
          this.clientReads += 1;
          return this.client;
        },
      },
    );
  }

  /** Decides on a request to `GET /foo` that carries one header. */
  async decide(authorization: string): Promise<Outcome> {
    const { clock, http } = this;
    const [startedAtMs, asked] = [clock.nowMs, http.requests.length];
    const called = { method: 'GET', resourcePath: '/foo', path: '/foo' };
    const decision = await this.#authorizer.decide({ ...called, authorization: [authorization] });
    const calls = http.requests.slice(asked).map(({ url }) => url);
    return { decision, outside: { outcome: decision.outcome, calls, durationMs: clock.nowMs - startedAtMs } };
  }
}
