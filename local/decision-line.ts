/** Shortens a line of the authorizer's log to what a person at a terminal wants to see: the decision and its reason. */
import { isJsonObject, parseJson } from '../src/core/json.ts';

/** @param line one line of the log, as JSON */
export function describeDecision(line: string): string {
  const record = parseJson(line);
  if (!isJsonObject(record)) return line;
  const { outcome, reason, kind, method, resourcePath, cacheHit, issuerCalls, durationMs } = record;
  const source = cacheHit ? 'from the cache' : `calls to the tenant: ${issuerCalls}`;
  return `    authorizer: ${outcome}, ${reason} (${kind}, ${method} ${resourcePath}, ${source}, ${durationMs} ms)`;
}
