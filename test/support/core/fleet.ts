/** Several containers of one authorizer, with the tables that they share, one issuer and one clock. */
import { MemoryEntryTable, MemoryMarkTable } from '../../../local/memory-tables.ts';
import type { Authorizer, DecisionEvent } from '../../../src/authorizer/authorizer.ts';
import type { AuthorizerPorts } from '../../../src/authorizer/compose.ts';
import type { Decision } from '../../../src/authorizer/decision.ts';
import { markId, NEWEST_MARK_ID, type RevocationKind } from '../../../src/shared-state/revocation-mark.ts';
import { FrozenClock } from './clock.ts';
import { type ConfigurationChanges, compose, requestWith } from './composed.ts';
import { ISSUER } from './issuer.ts';
import { type Script, ScriptedHttp } from './scripted-http.ts';

/** The time limits of a test end when nothing else is left to do. */
const afterEverythingElse = () => new Promise<void>((resolve) => setImmediate(resolve));

export class Fleet {
  readonly clock = new FrozenClock();
  readonly entries = new MemoryEntryTable();
  readonly marks = new MemoryMarkTable();
  readonly events: DecisionEvent[] = [];
  pepper = 'p'.repeat(64);
  readonly #http: ScriptedHttp;
  readonly #configuration: ConfigurationChanges;
  readonly #ports: Partial<AuthorizerPorts>;
  readonly #containers: Authorizer[] = [];

  constructor(script: Script, configuration: ConfigurationChanges = {}, ports: Partial<AuthorizerPorts> = {}) {
    this.#http = new ScriptedHttp(script);
    this.#configuration = {
      revocation: { table: 'marks', seconds: 5, revokeJwts: false },
      sharedCache: { table: 'entries', pepperSecret: 'pepper' },
      ...configuration,
    };
    this.#ports = {
      sharedCache: { table: this.entries, readPepper: async () => this.pepper },
      marks: this.marks,
      sleep: afterEverythingElse,
      ...ports,
    };
  }

  /** The requests to the issuer so far. */
  get calls(): number {
    return this.#http.requests.length;
  }

  /** Decides in one of the containers, which starts if it is new. */
  decide(container: number, authorization: string): Promise<Decision> {
    const authorizer = this.#containers[container] ?? compose(this.#http, this.clock, this.#configuration, this.#ports);
    this.#containers[container] = authorizer;
    return authorizer.decide(requestWith(authorization), (event) => this.events.push(event));
  }

  /** The reason or `allowed`. */
  async reason(container: number, authorization: string): Promise<string> {
    const decision = await this.decide(container, authorization);
    return 'reason' in decision ? decision.reason : 'allowed';
  }

  /** Ends a container: the next decision starts a new one in its place. */
  restart(container: number): void {
    delete this.#containers[container];
  }

  /** Writes a mark now, as the function behind the queue does. */
  revoke(kind: RevocationKind, subject = 'auth0|1234'): void {
    for (const id of [NEWEST_MARK_ID, markId(ISSUER, subject)]) this.marks.grow(id, kind, this.clock.nowMs);
  }

  /** What the calls to the shared tables led to. */
  tableOutcomes(): readonly string[] {
    return this.events.flatMap((event) =>
      event.kind === 'table' ? [`${event.table} ${event.operation} ${event.outcome}`] : [],
    );
  }
}
