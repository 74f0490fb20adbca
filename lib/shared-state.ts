/** What the execution environments of an authorizer share: the cache of introspected credentials, and the revocation marks. */
import { Duration, Stack, Token } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { authorizerEntries } from '../src/config/authorizer-configuration.ts';
import { DEFAULTS } from '../src/config/defaults.ts';
import { maxJwtLifetimeSeconds } from '../src/config/deployment-fields.ts';
import { revocationSeconds } from '../src/config/fields.ts';
import type { AuthorizerFunctionProps } from './authorizer-function-props.ts';
import { invalidProp, secondsOf } from './check-prop.ts';
import { expiringTable } from './expiring-table.ts';
import { type FlushedStage, Revocation } from './revocation.ts';
import { SharedCache } from './shared-cache.ts';

export interface SharedStateProps {
  /** The props of the authorizer. */
  readonly authorizer: AuthorizerFunctionProps;
  /** Returns the stages to flush, when all APIs are known. */
  readonly stages: () => readonly FlushedStage[];
}

/** The part of the authorizer's configuration that says where the shared state is. */
export interface SharedStateConfiguration {
  readonly sharedCache: { readonly table: string; readonly pepperSecret: string } | undefined;
  readonly revocation: { readonly table: string; readonly seconds: number; readonly revokeJwts: boolean };
  readonly proofTable: string | undefined;
}

const PROOFS_NEED_NO_BACKUP = 'A proof is refused for its age five minutes after it was made.';

export class SharedState extends Construct {
  /** Absent if `sharedCache` is false. */
  readonly cache: SharedCache | undefined;
  readonly revocation: Revocation;
  /** The DPoP proofs that were accepted. Absent if `dpop` is `off`. */
  readonly proofs: Table | undefined;
  readonly #revocationSeconds: number;
  readonly #revokeJwts: boolean;

  /** @throws ConfigurationError `configuration_invalid` */
  constructor(scope: Construct, id: string, { authorizer, stages }: SharedStateProps) {
    super(scope, id);
    const {
      sharedCache = true,
      revokeJwts = false,
      dpop = 'off',
      signingKey,
      revocationInterval,
      maxJwtLifetime,
    } = authorizer;
    const { encryptionKey } = signingKey;
    this.cache = sharedCache ? new SharedCache(this, 'Cache', { encryptionKey }) : undefined;
    this.proofs = dpop === 'off' ? undefined : expiringTable(this, 'Proofs', PROOFS_NEED_NO_BACKUP);
    this.#revokeJwts = revokeJwts;
    this.#revocationSeconds =
      secondsOf(scope, 'revocationInterval', revocationInterval, revocationSeconds) ?? DEFAULTS.revocationSeconds;
    this.revocation = new Revocation(this, 'Revocation', {
      issuer: authorizer.issuer,
      revocationSeconds: this.#revocationSeconds,
      maxJwtLifetimeSeconds:
        secondsOf(scope, 'maxJwtLifetime', maxJwtLifetime, maxJwtLifetimeSeconds) ?? DEFAULTS.maxJwtLifetimeSeconds,
      keptAtLeast: longestCached(authorizer),
      logEventBus: authorizer.logEventBus && localBusName(scope, authorizer.logEventBus),
      stages,
    });
  }

  /** What the authorizer may do: use the cache, read the marks but never write them, and add proofs. */
  get statements(): readonly PolicyStatement[] {
    const { tableArn } = this.revocation.table;
    const readMarks = new PolicyStatement({ actions: ['dynamodb:GetItem'], resources: [tableArn] });
    const addProofs =
      this.proofs && new PolicyStatement({ actions: ['dynamodb:PutItem'], resources: [this.proofs.tableArn] });
    return [...(this.cache?.statements ?? []), readMarks, ...(addProofs ? [addProofs] : [])];
  }

  /** What the authorizer's function must know. */
  get configuration(): SharedStateConfiguration {
    const { table } = this.revocation;
    return {
      sharedCache: this.cache && { table: this.cache.table.tableName, pepperSecret: this.cache.pepperArn },
      revocation: { table: table.tableName, seconds: this.#revocationSeconds, revokeJwts: this.#revokeJwts },
      proofTable: this.proofs?.tableName,
    };
  }
}

/**
 * A rule can only be on a bus of its own account and Region.
 *
 * @throws ConfigurationError `configuration_invalid`
 */
function localBusName(scope: Construct, bus: IEventBus): string {
  const own = Stack.of(scope);
  const isElsewhere = [
    [bus.env.account, own.account],
    [bus.env.region, own.region],
  ].some(([theirs, ours]) => !Token.isUnresolved(theirs) && !Token.isUnresolved(ours) && theirs !== ours);
  if (!isElsewhere) return bus.eventBusName;
  throw invalidProp(
    scope,
    `logEventBus: got a bus in account ${bus.env.account} and Region ${bus.env.region}; expected one in the account and the Region of this stack. Create the log stream there.`,
  );
}

/** API Gateway's own limit. It counts for a TTL that is known only at deployment. */
const MAXIMUM_GATEWAY_TTL_SECONDS = 3600;

/** Returns for how many seconds all caches together may keep a result. A mark must outlive every result that it makes outdated. */
function longestCached({ cacheTtl, staleIfError, resultsCacheTtl }: AuthorizerFunctionProps): number {
  const { cacheTtlSeconds, staleIfErrorSeconds } = authorizerEntries;
  return (
    seconds(cacheTtl, cacheTtlSeconds.default) +
    seconds(staleIfError, staleIfErrorSeconds.default) +
    (resultsCacheTtl?.isUnresolved()
      ? MAXIMUM_GATEWAY_TTL_SECONDS
      : seconds(resultsCacheTtl, DEFAULTS.gatewayTtlSeconds))
  );
}

function seconds(duration: Duration | undefined, byDefault: number): number {
  return (duration ?? Duration.seconds(byDefault)).toSeconds({ integral: false });
}
