/**
 * An opaque token not seen before, over TLS that is kept alive: asked about at a stand-in on loopback. What is measured
 * runs in a child, which trusts the stand-in's certificate and has a processor to itself.
 */
import { join } from 'node:path';
import { bundle } from '../bundle.ts';
import { runChild } from '../child.ts';
import type { Row } from '../row.ts';
import { startStandIn } from '../stand-in.ts';

export async function unseenOpaqueToken(): Promise<readonly Row[]> {
  const standIn = await startStandIn();
  try {
    const script = join(standIn.directory, 'asker.cjs');
    await bundle('bench/children/opaque-token-asker.ts', script);
    return (await runChild(script, [], standIn.environment)) as readonly Row[];
  } finally {
    await standIn.close();
  }
}
