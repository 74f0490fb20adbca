/** Reads the parameters of an Authentication API request, sent as JSON or as a form. All values must be strings. */
import type { Exchange } from './http.ts';
import { invalidRequest } from './oauth-error.ts';

export type Fields = Readonly<Record<string, string>>;

/** @throws {Refusal} 400 `invalid_request` if the body is neither JSON nor a form, or if a value is not a string */
export function readFields(exchange: Exchange): Fields {
  if (!exchange.body) throw invalidRequest('The body must be a JSON object or a form, each parameter once.');
  const fields: Record<string, string> = {};
  for (const [name, value] of Object.entries(exchange.body)) {
    // Real tenants treat it as absent.
    if (value === null) continue;
    if (typeof value !== 'string') throw invalidRequest(`Parameter ${name} must be a string.`);
    fields[name] = value;
  }
  return fields;
}

/** @throws {Refusal} 400 `invalid_request` if the parameter is missing or empty */
export function requireField(fields: Fields, name: string): string {
  const value = fields[name];
  if (!value) throw invalidRequest(`Missing required parameter: ${name}`);
  return value;
}

export function splitScope(scope: string | undefined): readonly string[] {
  return (scope ?? '').split(' ').filter((value) => value !== '');
}
