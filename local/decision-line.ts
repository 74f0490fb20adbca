/** Shortens the authorizer's log line to what a person at a terminal wants to see of a decision: why. */
import { isJsonObject, parseJson } from '../src/core/json.ts';

/** @param line one line of the log, JSON */
export function describeDecision(line: string): string {
  const record = parseJson(line);
  if (!isJsonObject(record)) return line;
  const { outcome, reason, kind, method, resourcePath, cacheHit, issuerCalls, durationMs } = record;
  const source = cacheHit ? 'known already' : `calls to the tenant: ${issuerCalls}`;
  return `    authorizer: ${outcome}, ${reason} (${kind}, ${method} ${resourcePath}, ${source}, ${durationMs} ms)`;
}
