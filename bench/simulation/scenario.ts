/** What is simulated: who calls, how long results are cached, and how requests reach the containers. */

/** How long things take, in milliseconds. */
export interface DurationsMs {
  /** The authorizer's own work, the log line included. */
  readonly handler: number;
  /** A call to DynamoDB. */
  readonly table: number;
  /** An introspection. */
  readonly issuer: number;
  /** The start of a container. */
  readonly coldStart: number;
}

/** Assumptions; `docs/scaling.md` says where they come from. */
const USUAL_DURATIONS_MS: DurationsMs = { handler: 2, table: 5, issuer: 80, coldStart: 300 };

export interface Scenario {
  /** Each has a credential of its own. */
  readonly callers: number;
  /** How many paths each caller uses. */
  readonly paths: number;
  /** `uniform`: all callers call equally often. `zipf`: the second most active calls half as often as the first, the third a third. */
  readonly distribution: 'uniform' | 'zipf';
  /** A caller uses each of its paths once in this time on average; with `zipf` this is the average of all callers. */
  readonly meanIntervalSeconds: number;
  readonly gatewayTtlSeconds: number;
  readonly cacheTtlSeconds: number;
  /** Whether the containers share a cache and read revocation marks. */
  readonly isShared: boolean;
  /** How many containers are warm even if fewer would do. */
  readonly warmContainers: number;
  /** `recent`: a request goes to the free container that was used last. `spread`: to any free one. */
  readonly placement: 'recent' | 'spread';
  readonly durationsMs: DurationsMs;
}

/** The defaults of the deployment, and the callers of the first row in `docs/scaling.md`. */
export const USUAL: Scenario = {
  callers: 3000,
  paths: 1,
  distribution: 'uniform',
  meanIntervalSeconds: 60,
  gatewayTtlSeconds: 60,
  cacheTtlSeconds: 300,
  isShared: true,
  warmContainers: 1,
  placement: 'recent',
  durationsMs: USUAL_DURATIONS_MS,
};

/** `revocationSeconds` */
export const REVOCATION_SECONDS = 5;

/** AWS does not document how long an idle container stays. Observers report 5 to 15 minutes. */
export const IDLE_CONTAINER_ENDS_MS = 10 * 60_000;

/** How many requests all callers send together. */
export function requestsPerSecond({ callers, paths, meanIntervalSeconds }: Scenario): number {
  return (callers * paths) / meanIntervalSeconds;
}
