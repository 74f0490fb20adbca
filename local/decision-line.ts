/** Shortens a line of the log to what a person at a terminal wants to see: the decision and its reason, or the backend's status. */
import { isJsonObject, type JsonObject, parseJson } from '../src/core/json.ts';

/** @param line one line of the log, as JSON */
export function describeDecision(line: string): string {
  const record = parseJson(line);
  if (!isJsonObject(record)) return line;
  if (record.event === 'backend_request') return describeBackendRequest(record);
  if (record.event === 'revocation') return describeRevocation(record);
  if (record.event === 'app_password') return describeAppPassword(record);
  const { outcome, reason, kind, carrier, method, resourcePath, cacheHit, issuerCalls, durationMs } = record;
  const source = cacheHit ? 'from the cache' : `calls to the tenant: ${issuerCalls}`;
  const form = carrier === undefined ? kind : `${kind} as ${carrier}`;
  return `    authorizer: ${outcome}, ${reason} (${form}, ${method} ${resourcePath}, ${source}, ${durationMs} ms)`;
}

function describeRevocation({ revoked, Flushes, failures }: JsonObject): string {
  const count = (list: unknown) => (Array.isArray(list) ? list.length : 0);
  const failed = count(failures) === 0 ? '' : `, ${count(failures)} messages failed`;
  return `    revocation: ${count(revoked)} marks, ${Flushes} flushes of the gateway${failed}`;
}

function describeAppPassword({ action, outcome, code }: JsonObject): string {
  return `    app passwords: ${action} ${outcome}${code === undefined ? '' : `, ${code}`}`;
}

function describeBackendRequest({ method, resource, status, failure, durationMs }: JsonObject): string {
  return `    backend: ${status}${failure === undefined ? '' : `, ${failure}`} (${method} ${resource}, ${durationMs} ms)`;
}
