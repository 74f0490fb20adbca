/** The captured events, and copies of them with a test's own values. */
import { readFileSync } from 'node:fs';
import { isJsonObject, type JsonObject, parseJson } from '../../../src/core/json.ts';

/** @param name a file in `events/`, without `.json` */
export function captured(name: string): JsonObject {
  const event = parseJson(readFileSync(new URL(`events/${name}.json`, import.meta.url), 'utf8'));
  if (!isJsonObject(event)) throw new TypeError(`The event ${name} is not a JSON object.`);
  return event;
}

/** A copy with this `Authorization` header, or without one. HTTP APIs send names in lower case and no list of values. */
export function withAuthorization(event: JsonObject, value: string | undefined): JsonObject {
  const name = event.version === '2.0' ? 'authorization' : 'Authorization';
  const headers = { ...without(event.headers, name), ...(value !== undefined && { [name]: value }) };
  if (!isJsonObject(event.multiValueHeaders)) return { ...event, headers };
  const lists = { ...without(event.multiValueHeaders, name), ...(value !== undefined && { [name]: [value] }) };
  return { ...event, headers, multiValueHeaders: lists };
}

/** A copy as a browser sends it: without `Authorization`, and with these subprotocols in one header. */
export function withSubprotocols(event: JsonObject, ...subprotocols: readonly string[]): JsonObject {
  const { headers, multiValueHeaders, ...rest } = withAuthorization(event, undefined);
  const [name, value] = ['Sec-WebSocket-Protocol', subprotocols.join(', ')];
  return {
    ...rest,
    headers: { ...without(headers, name), [name]: value },
    multiValueHeaders: { ...without(multiValueHeaders, name), [name]: [value] },
  };
}

/** A copy with this DPoP proof. */
export function withProof(event: JsonObject, proof: string): JsonObject {
  const name = event.version === '2.0' ? 'dpop' : 'DPoP';
  const headers = { ...without(event.headers, name), [name]: proof };
  if (!isJsonObject(event.multiValueHeaders)) return { ...event, headers };
  return { ...event, headers, multiValueHeaders: { ...event.multiValueHeaders, [name]: [proof] } };
}

/** A copy with this client certificate, where API Gateway puts it under mutual TLS. */
export function withCertificate(event: JsonObject, clientCertPem: string): JsonObject {
  const context = isJsonObject(event.requestContext) ? event.requestContext : {};
  const clientCert = { clientCertPem };
  const changed =
    event.version === '2.0'
      ? { authentication: { clientCert } }
      : { identity: { ...(isJsonObject(context.identity) && context.identity), clientCert } };
  return { ...event, requestContext: { ...context, ...changed } };
}

/** A copy with the API's own domain: in some captured events the id of the API was changed, but not its domain. */
export function underOwnDomain(event: JsonObject): JsonObject {
  const context = isJsonObject(event.requestContext) ? event.requestContext : {};
  const domainName = `${context.apiId}.execute-api.us-east-1.amazonaws.com`;
  return { ...event, requestContext: { ...context, domainName, domainPrefix: context.apiId } };
}

/** A copy of the event after the authorizer has allowed the request. */
export function withPrincipal(event: JsonObject, principal: Readonly<Record<string, string>>): JsonObject {
  const context = isJsonObject(event.requestContext) ? event.requestContext : {};
  return { ...event, requestContext: { ...context, authorizer: principal } };
}

function without(headers: unknown, unwanted: string): JsonObject {
  const entries = Object.entries(isJsonObject(headers) ? headers : {});
  return Object.fromEntries(entries.filter(([name]) => name.toLowerCase() !== unwanted.toLowerCase()));
}
