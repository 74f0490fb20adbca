/** Physical ids: the same for the same thing in the same tenant, reached in the same way; another one means a replacement. */
import { createHash } from 'node:crypto';

/**
 * Derives an id.
 *
 * @param kind in front, for people
 * @param parts what the thing is known by; their order matters
 */
export function physicalId(kind: string, parts: readonly string[]): string {
  return `${kind}-${createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32)}`;
}
