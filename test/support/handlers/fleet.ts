/**
 * Several authorizers, each in a process of its own, that share one tenant and one account of AWS: what a loaded API has in Lambda.
 */
import { randomBytes } from 'node:crypto';
import { startTenant, type Tenant, type TenantOptions } from '../../../local/tenant/server.ts';
import type { JsonObject } from '../../../src/core/json.ts';
import { generateSigningKey } from '../../../src/signing-key/generate-signing-key.ts';
import { publicKeyPem } from '../../../src/signing-key/signing-key.ts';
import { DEMO_API } from '../tenant/tenant.ts';
import { HandlerProcess, type HandlerProcessOptions } from './handler-process.ts';
import { type LoopbackAws, startLoopbackAws } from './loopback-aws.ts';

export interface FleetOptions {
  /** How many processes. */
  readonly size: number;
  /** Keys of the authorizer's `CONFIG` besides issuer, audience and signing key. */
  readonly config?: JsonObject;
  /** Whether the processes share a cache and read revocation marks, as they do by default in a deployment. @default true */
  readonly isShared?: boolean;
  readonly tenant?: TenantOptions;
  /** Where the processes find their secrets and tables. @default `aws` of the fleet, on loopback */
  readonly account?: AwsAccount;
  /** Called with each line of every process. */
  readonly onLine?: HandlerProcessOptions['onLine'];
}

export interface AwsAccount {
  /** What a process needs in its environment to use it. */
  readonly environment: Readonly<Record<string, string>>;
  putSecret(name: string, text: string): Promise<void>;
}

export interface Fleet {
  readonly tenant: Tenant;
  readonly aws: LoopbackAws;
  readonly processes: readonly HandlerProcess[];
  /** Starts another process, as Lambda does when all others are busy. */
  start(): Promise<HandlerProcess>;
  close(): Promise<void>;
}

const SIGNING_KEY_SECRET = 'signing-key';
const PEPPER_SECRET = 'pepper';
export const CACHE_TABLE = 'cache';
export const MARK_TABLE = 'marks';
const SHARED_STATE = {
  sharedCache: { table: CACHE_TABLE, pepperSecret: PEPPER_SECRET },
  revocation: { table: MARK_TABLE, seconds: 5, revokeJwts: false },
};

export async function startFleet(options: FleetOptions): Promise<Fleet> {
  const { size, config = {}, isShared = true, tenant: tenantOptions, onLine } = options;
  const [tenant, aws, signingKey] = await Promise.all([
    startTenant({ ...tenantOptions, behaviour: { isStrict: true, ...tenantOptions?.behaviour } }),
    startLoopbackAws(),
    generateSigningKey(Date.now()),
  ]);
  const account = options.account ?? aws;
  await account.putSecret(SIGNING_KEY_SECRET, JSON.stringify(signingKey));
  await account.putSecret(PEPPER_SECRET, randomBytes(32).toString('hex'));
  register(tenant, { kid: signingKey.kid, pem: publicKeyPem(signingKey) });
  const CONFIG = JSON.stringify({
    issuer: tenant.issuer,
    audience: DEMO_API,
    signingKeySecret: SIGNING_KEY_SECRET,
    ...(isShared && SHARED_STATE),
    ...config,
  });
  const environment = { ...account.environment, CONFIG };
  const processes: HandlerProcess[] = [];
  const start = async () => {
    const started = await HandlerProcess.start({ environment, ...(onLine && { onLine }) });
    processes.push(started);
    return started;
  };
  await Promise.all(Array.from({ length: size }, start));
  const close = async () => {
    await Promise.all([...processes.map((one) => one.close()), tenant.close(), aws.close()]);
  };
  return { tenant, aws, processes, start, close };
}

/** Gives the tenant the public key, which a deployment does through the Management API. */
function register({ state }: Tenant, key: { readonly kid: string; readonly pem: string }): void {
  const api = [...state.resourceServers.values()].find(({ identifier }) => identifier === DEMO_API);
  if (api) state.resourceServers.set(api.id, { ...api, verificationKeys: [key] });
}
