/** The ports of the deployed function. They read early what the first request will probably need. */
import type { AuthorizerAws } from '../../src/aws/authorizer-aws.ts';
import type { AuthorizerConfiguration } from '../../src/config/authorizer-configuration.ts';
import type { IssuerPorts } from '../../src/issuer/issuer-endpoint.ts';
import type { EntryTable, ExpiryReader, MarkTable, ProofTable } from '../../src/shared-state/ports.ts';
import { NEWEST_MARK_ID } from '../../src/shared-state/revocation-mark.ts';
import type { HandlerPorts } from './create-handler.ts';
import { EarlyRead, type EarlyReadSettings } from './early-read.ts';

export interface FunctionPorts {
  readonly ports: HandlerPorts;
  /** Starts the early reads that even a request with a JWT needs. Resolves when they have succeeded or failed. Never rejects. */
  prefetchForJwts(): Promise<void>;
  /** Starts all other early reads, in the same way. */
  prefetch(): Promise<void>;
}

/** Loads the code that calls AWS. */
type LoadAws = () => Promise<AuthorizerAws>;

/** The origin secret is read again after this time, so an early value must not be older. */
const ORIGIN_SECRET_AGE_MS = 30_000;
/** A reading of the marks is trusted for some seconds. An early reading may add this much to them. */
const MARK_AGE_MS = 1000;
/** The first call to a table also connects. */
const FIRST_READ_TIMEOUT_MS = 1000;

export function functionPorts(configuration: AuthorizerConfiguration, aws: LoadAws, ports: IssuerPorts): FunctionPorts {
  const forJwts = new EarlyReads(ports);
  const others = new EarlyReads(ports);
  const { revocation, sharedCache, proofTable, expiries, principalToken } = configuration;
  return {
    ports: {
      ...ports,
      ...secretPorts(configuration, aws, others),
      sharedCache: sharedCache && {
        table: entryTable(sharedCache.table, aws),
        readPepper: others.add({ read: async () => (await aws()).readPepper(sharedCache.pepperSecret) }),
      },
      expiries: expiries && {
        table: expiryReader(expiries.table, aws),
        readSecret: others.add({ read: async () => (await aws()).readDigestSecret(expiries.digestSecret) }),
      },
      proofs: proofTable === undefined ? undefined : proofTableOf(proofTable, aws),
      principalKey:
        principalToken && forJwts.add({ read: async () => (await aws()).readPrincipalKey(principalToken.keySecret) }),
      marks: revocation && markTable(revocation, aws, revocation.revokeJwts ? forJwts : others, ports),
    },
    prefetchForJwts: () => forJwts.start(),
    prefetch: () => others.start(),
  };
}

function secretPorts(
  { signingKeySecret, passwordGrantSecret, originSecret, authorizationServer }: AuthorizerConfiguration,
  aws: LoadAws,
  reads: EarlyReads,
) {
  const readClient = async (secretId: string) => (await aws()).readClient(secretId);
  const readKeys = async () => (await aws()).readSigningKeys(signingKeySecret);
  const readOriginSecrets = async (secretId: string) => (await aws()).readOriginSecrets(secretId);
  const earlyClient = (secretId: string) => reads.add({ read: () => readClient(secretId) });
  const mainSecret = authorizationServer?.clientSecret;
  // The main issuer uses either the key or a client.
  const readMainClient = mainSecret === undefined ? undefined : earlyClient(mainSecret);
  const maximumAgeMs = ORIGIN_SECRET_AGE_MS;
  return {
    signingKeys: { read: readMainClient ? readKeys : reads.add({ read: readKeys }) },
    passwordGrantClient: passwordGrantSecret === undefined ? undefined : earlyClient(passwordGrantSecret),
    issuerClient: (secretId: string) =>
      readMainClient && secretId === mainSecret ? readMainClient() : readClient(secretId),
    originSecrets:
      originSecret === undefined ? undefined : reads.add({ read: () => readOriginSecrets(originSecret), maximumAgeMs }),
  };
}

function entryTable(tableName: string, aws: LoadAws): EntryTable {
  return {
    read: async (...args) => (await aws()).entryTable(tableName).read(...args),
    write: async (...args) => (await aws()).entryTable(tableName).write(...args),
  };
}

function expiryReader(tableName: string, aws: LoadAws): ExpiryReader {
  return { read: async (...args) => (await aws()).expiryReader(tableName).read(...args) };
}

function proofTableOf(tableName: string, aws: LoadAws): ProofTable {
  return { add: async (...args) => (await aws()).proofTable(tableName).add(...args) };
}

/** Reads the newest mark early. */
function markTable(
  { table, revokeJwts }: NonNullable<AuthorizerConfiguration['revocation']>,
  aws: LoadAws,
  reads: EarlyReads,
  { clock }: IssuerPorts,
): MarkTable {
  const read: MarkTable['read'] = async (...args) => (await aws()).markTable(table, revokeJwts).read(...args);
  const newest = reads.early({ read: () => read(NEWEST_MARK_ID, FIRST_READ_TIMEOUT_MS), maximumAgeMs: MARK_AGE_MS });
  return {
    async read(id, timeoutMs) {
      if (id !== NEWEST_MARK_ID) return read(id, timeoutMs);
      const startedAtMs = clock();
      // Half of the time, so that enough is left for another read.
      const early = await newest.take(timeoutMs / 2);
      return early ? early.value : read(id, timeoutMs - (clock() - startedAtMs));
    },
  };
}

class EarlyReads {
  readonly #ports: IssuerPorts;
  readonly #starts: (() => Promise<void>)[] = [];

  constructor(ports: IssuerPorts) {
    this.#ports = ports;
  }

  /** Adds an early read, whose value the caller takes itself. */
  early<Value>(settings: Pick<EarlyReadSettings<Value>, 'read' | 'maximumAgeMs'>): EarlyRead<Value> {
    const { clock, sleep } = this.#ports;
    const early = new EarlyRead({ ...settings, clock, sleep });
    this.#starts.push(() => early.start());
    return early;
  }

  /** Adds an early read. @returns a function that takes the early value, or reads it again */
  add<Value>(settings: Pick<EarlyReadSettings<Value>, 'read' | 'maximumAgeMs'>): () => Promise<Value> {
    const early = this.early(settings);
    return () => early.value();
  }

  /** Starts all of them. */
  async start(): Promise<void> {
    await Promise.all(this.#starts.map((start) => start()));
  }
}
