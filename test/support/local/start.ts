/** Starts local mode for a test, with a clock that is frozen until the test moves it. */
import { onTestFinished } from 'vitest';
import { type LocalEnvironment, type LocalPorts, startLocalEnvironment } from '../../../local/environment.ts';
import { localConfiguration } from '../../../local/options.ts';
import { newSigningKey } from '../../../local/tenant/signing-keys.ts';
import { generateSigningKey } from '../../../src/signing-key/generate-signing-key.ts';
import { type ApiResponse, type CallOptions, call } from '../http/call.ts';

const STARTS_AT_MS = Date.parse('2026-11-22T12:00:00Z');

/** A clock that the test moves by hand. */
export interface HandClock {
  readonly now: () => number;
  advanceSeconds(seconds: number): void;
}

export interface LocalForTest extends LocalEnvironment {
  readonly clock: HandClock;
  /** The authorizer's log, parsed. */
  readonly log: readonly Readonly<Record<string, unknown>>[];
  /** Sends a request; `authorization` is the header's value, a list for several headers. */
  call(
    method: string,
    path: string,
    authorization?: string | readonly string[],
    options?: CallOptions,
  ): Promise<ApiResponse>;
  /** How many requests the tenant received at a path. */
  calls(path: string): number;
}

/** Turns off caching in the gateway and in the authorizer. */
export const UNCACHED = { gatewayTtlSeconds: 0, cacheTtlSeconds: 0, negativeTtlSeconds: 0 };

/**
 * @param configuration as with `-c key=value`
 * @param startsAtMs the first time of the clock; other servers may only know the real time
 * @param ports the client of an issuer that requires a secret; the key of the API, by default one that the test does not know; mutual TLS
 */
export async function startLocal(...options: Parameters<typeof openLocal>): Promise<LocalForTest> {
  const local = await openLocal(...options);
  onTestFinished(() => local.close());
  return local;
}

/** The same, for several tests. The caller closes it. */
export async function openLocal(
  configuration: Readonly<Record<string, unknown>> = {},
  startsAtMs = STARTS_AT_MS,
  given: Pick<LocalPorts, 'issuerClient' | 'signingJwk' | 'mutualTls'> = {},
): Promise<LocalForTest> {
  const clock = handClock(startsAtMs);
  const log: Record<string, unknown>[] = [];
  const options = { port: 0, tenantPort: 0, configuration: localConfiguration(configuration) };
  const ports = {
    log: (line: string) => log.push(JSON.parse(line)),
    clock: clock.now,
    ...(await keys()),
    ...given,
  };
  const local = await startLocalEnvironment(options, ports);
  local.tenant.requestLog.clear();
  return {
    ...local,
    clock,
    log,
    call: (method, path, authorization, more) => call(new URL(path, local.ready.gateway), method, authorization, more),
    calls: (path) => local.tenant.requests.filter((request) => request.path === path).length,
  };
}

/** Created once for each test file, because RSA keys take time. */
async function makeKeys() {
  return { signingJwk: await generateSigningKey(STARTS_AT_MS), tenantKey: await newSigningKey() };
}

let madeKeys: ReturnType<typeof makeKeys> | undefined;

/** The resource server's key and the tenant's. */
export function keys(): ReturnType<typeof makeKeys> {
  madeKeys ??= makeKeys();
  return madeKeys;
}

function handClock(startsAtMs: number): HandClock {
  let nowMs = startsAtMs;
  return {
    now: () => nowMs,
    advanceSeconds(seconds) {
      nowMs += seconds * 1000;
    },
  };
}
