/** A custom resource as its author sees it: what it is called, how it is made to be, how it is taken away. */
import type { JsonObject } from '../core/json.ts';
import type { Attributes } from './response.ts';

export interface CustomResource {
  /**
   * Derives the physical id, the same for the same thing at all times: another one means a replacement.
   *
   * @throws ConfigurationError for properties that are not those of this resource
   */
  identify(properties: JsonObject): string;
  /** Makes it be as the properties say, whatever was there; may be run again after a crash at any point. */
  put(id: string, properties: JsonObject, work: Work): Promise<Attributes>;
  /** Takes away what was put under this id; nothing to take away is as good. */
  remove(id: string, properties: JsonObject, work: Work): Promise<void>;
}

/** What one request comes with. */
export interface Work {
  readonly requestId: string;
  /** How long it may take, in milliseconds. */
  readonly timeoutMs: number;
}
