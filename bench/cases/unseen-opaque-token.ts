/**
 * An opaque token that was not seen before, introspected over a kept-alive TLS connection at a stand-in on loopback.
 * The measurement runs in a child process, which trusts the stand-in's certificate and has a processor core of its
 * own.
 */
import { join } from 'node:path';
import { bundle } from '../bundle.ts';
import { runChild } from '../child.ts';
import type { Row } from '../row.ts';
import { startStandIn } from '../stand-in.ts';

export async function unseenOpaqueToken(): Promise<readonly Row[]> {
  const standIn = await startStandIn();
  try {
    const script = join(standIn.directory, 'opaque-token-client.cjs');
    await bundle('bench/children/opaque-token-client.ts', script);
    return (await runChild(script, [], standIn.environment)) as readonly Row[];
  } finally {
    await standIn.close();
  }
}
