/** The interface of a custom resource, with helpers for physical ids and for warnings as an attribute. */
import { createHash } from 'node:crypto';
import type { JsonObject } from '../core/json.ts';
import type { Attributes } from './protocol.ts';

export interface CustomResource {
  /**
   * Derives the physical id. It is always the same for the same thing; a different one means a replacement.
   *
   * @throws ConfigurationError for properties that are not those of this resource
   */
  identify(properties: JsonObject): string;
  /** Creates or changes the thing to match the properties, whatever was there; may be run again after a crash at any point. */
  put(id: string, properties: JsonObject, work: Work): Promise<Attributes>;
  /** Removes what was put under this id. Succeeds if nothing is there. */
  remove(id: string, properties: JsonObject, work: Work): Promise<void>;
}

/** The context of one request. */
export interface Work {
  readonly requestId: string;
  /** How long it may take, in milliseconds. */
  readonly timeoutMs: number;
}

/**
 * Derives a physical id.
 *
 * @param kind a prefix for people
 * @param parts what identifies the thing; their order matters
 */
export function physicalId(kind: string, parts: readonly string[]): string {
  return `${kind}-${createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32)}`;
}

/** The attribute if there are no warnings, because CloudFormation does not accept an empty output. */
const NO_WARNINGS = 'none';

/** A response may have 4,096 bytes in all. */
const LONGEST_WARNINGS = 2000;

/** Writes warnings as one attribute, which becomes an output of the stack. */
export function warningsAttribute(warnings: readonly string[]): string {
  if (warnings.length === 0) return NO_WARNINGS;
  return warnings
    .map((warning, index) => `(${index + 1}) ${warning}`)
    .join(' ')
    .slice(0, LONGEST_WARNINGS);
}
