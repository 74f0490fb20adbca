/** Waits until a deleted app password has stopped working everywhere. */
import type { Api } from './api.ts';

const INTERVAL_MS = 2000;
/** A revocation takes seconds. If it takes longer than this, something is wrong, and the operator's alarms say so. */
const PATIENCE_MS = 180_000;

/** @returns `false` if nobody could confirm it in three minutes */
export async function waitUntilStopped(api: Pick<Api, 'hasStopped'>, id: string): Promise<boolean> {
  const endsAt = performance.now() + PATIENCE_MS;
  while (performance.now() < endsAt) {
    // One failed request does not matter.
    if (await api.hasStopped(id).catch(() => false)) return true;
    await new Promise((resolve) => setTimeout(resolve, INTERVAL_MS));
  }
  return false;
}
