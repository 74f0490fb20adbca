/** The settings of a tenant on which user logins depend. They are read, never written, and not trusted until parsed. */
import { isJsonObject, type JsonObject } from '../core/json.ts';
import { type ApplicationSettings, createApplicationSettings } from './application-settings.ts';
import { ManagementRefusal, SetupError } from './errors.ts';
import type { SendManagementRequest } from './management-requests.ts';

/** The settings of one client. */
export interface ClientSettings {
  /** `undefined` if the tenant does not show them. */
  readonly grantTypes: readonly string[] | undefined;
  /** Whether the tenant trusts the IP address that the client sends in `auth0-forwarded-for`. */
  readonly isForwardedForTrusted: boolean;
  /** Whether the client authenticates with a key (`private_key_jwt`); `undefined` if the tenant does not show it. */
  readonly usesPrivateKey: boolean | undefined;
}

/** A connection, which holds users. */
export interface ConnectionSettings {
  /** The ids of the clients that may use it; `undefined` if the tenant does not list them. */
  readonly enabledClients: readonly string[] | undefined;
}

export interface TenantSettings {
  /** Reads a client's settings; requires the scope `read:clients`. */
  client(clientId: string): Promise<ClientSettings>;
  /** Reads an application with which users log in; `undefined` if there is none. Requires the scope `read:clients`. */
  application(clientId: string): Promise<ApplicationSettings | undefined>;
  /** The connection for logins that do not name one, `""` if not set; requires the scope `read:tenant_settings`. */
  defaultDirectory(): Promise<string>;
  /** Reads a connection by its name; `undefined` if there is none. Requires the scope `read:connections`. */
  connection(name: string): Promise<ConnectionSettings | undefined>;
}

const CLIENT_FIELDS =
  'grant_types,is_token_endpoint_ip_header_trusted,token_endpoint_auth_method,client_authentication_methods';

/**
 * Makes the calls. Each throws SetupError `management_…`.
 *
 * @param baseUrl the Management API, with its final slash
 */
export function createTenantSettings(baseUrl: string, send: SendManagementRequest): TenantSettings {
  return {
    client: async (clientId) => {
      const url = `${baseUrl}clients/${encodeURIComponent(clientId)}?fields=${CLIENT_FIELDS}&include_fields=true`;
      const response = await send({ method: 'GET', url }).catch((error: unknown) => {
        throw error instanceof ManagementRefusal && error.status === 404 ? clientUnknown(clientId) : error;
      });
      return parseClient(response);
    },
    application: createApplicationSettings(baseUrl, send),
    connection: async (name) => {
      const query = `name=${encodeURIComponent(name)}&fields=name,enabled_clients&include_fields=true`;
      return parseConnection(await send({ method: 'GET', url: `${baseUrl}connections?${query}` }), name);
    },
    defaultDirectory: async () => {
      const url = `${baseUrl}tenants/settings?fields=default_directory&include_fields=true`;
      return parseDefaultDirectory(await send({ method: 'GET', url }));
    },
  };
}

function parseClient(response: unknown): ClientSettings {
  if (!isJsonObject(response)) throw malformed();
  const { grant_types: grantTypes, is_token_endpoint_ip_header_trusted: isTrusted } = response;
  return {
    grantTypes: Array.isArray(grantTypes) ? grantTypes.filter((type) => typeof type === 'string') : undefined,
    isForwardedForTrusted: isTrusted === true,
    usesPrivateKey: usesPrivateKey(response),
  };
}

/** A client with a key has `client_authentication_methods`; another has `token_endpoint_auth_method`. */
function usesPrivateKey({ token_endpoint_auth_method: method, client_authentication_methods: methods }: JsonObject) {
  if (isJsonObject(methods)) return isJsonObject(methods.private_key_jwt);
  return typeof method === 'string' ? false : undefined;
}

/** The tenant may respond with a list or a page, and may ignore the filter. */
function parseConnection(response: unknown, name: string): ConnectionSettings | undefined {
  const list = isJsonObject(response) ? response.connections : response;
  if (!Array.isArray(list)) throw malformed();
  const found: JsonObject | undefined = list.find((entry) => isJsonObject(entry) && entry.name === name);
  if (!found) return undefined;
  const clients = found.enabled_clients;
  return { enabledClients: Array.isArray(clients) ? clients.filter((id) => typeof id === 'string') : undefined };
}

function parseDefaultDirectory(response: unknown): string {
  if (!isJsonObject(response)) throw malformed();
  return typeof response.default_directory === 'string' ? response.default_directory : '';
}

function clientUnknown(clientId: string): SetupError {
  return new SetupError(
    'management_refused',
    `The tenant has no client with the id ${JSON.stringify(clientId)}. Expected the client that logs users in; put the id of an application of this tenant into the secret passwordGrantSecret (with asp, into AUTH0_PASSWORD_CLIENT_ID).`,
  );
}

function malformed(): SetupError {
  return new SetupError(
    'management_malformed',
    "The tenant's response to a request for its settings is malformed. Expected a JSON object; check that the URL is that of the tenant.",
  );
}
