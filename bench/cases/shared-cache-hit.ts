/**
 * An opaque token that the shared cache knows and this process does not: one signed read of DynamoDB, at a stand-in on loopback. The
 * measurement runs in a child process, which trusts the stand-in's certificate.
 */
import { join } from 'node:path';
import { bundle } from '../bundle.ts';
import { runChild } from '../child.ts';
import type { Row } from '../row.ts';
import { startStandIn } from '../stand-in.ts';

export async function sharedCacheHit(): Promise<readonly Row[]> {
  const standIn = await startStandIn();
  try {
    const script = join(standIn.directory, 'shared-cache-client.cjs');
    await bundle('bench/children/shared-cache-client.ts', script);
    return (await runChild(script, [], standIn.environment)) as readonly Row[];
  } finally {
    await standIn.close();
  }
}
