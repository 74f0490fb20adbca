/** What a tenant is set to, as far as logging users in depends on it. Only read, and nothing is taken on faith. */
import { isJsonObject } from '../core/json.ts';
import { SetupError } from './errors.ts';
import type { SendManagementRequest } from './management-requests.ts';

/** The settings of one client. */
export interface ClientSettings {
  readonly grantTypes: readonly string[];
  /** Whether it may say in `auth0-forwarded-for` whose login it passes on. */
  readonly isForwardedForTrusted: boolean;
}

export interface TenantSettings {
  /** Reads a client's settings; wants the scope `read:clients`. */
  client(clientId: string): Promise<ClientSettings>;
  /** The connection of logins that name none, `""` if there is none; wants the scope `read:tenant_settings`. */
  defaultDirectory(): Promise<string>;
}

/**
 * Makes the calls. Each throws SetupError `management_…`.
 *
 * @param baseUrl the Management API, with its final slash
 */
export function createTenantSettings(baseUrl: string, send: SendManagementRequest): TenantSettings {
  return {
    client: async (clientId) => {
      const query = 'fields=grant_types,is_token_endpoint_ip_header_trusted&include_fields=true';
      const url = `${baseUrl}clients/${encodeURIComponent(clientId)}?${query}`;
      return parseClient(await send({ method: 'GET', url }));
    },
    defaultDirectory: async () => {
      const url = `${baseUrl}tenants/settings?fields=default_directory&include_fields=true`;
      return parseDefaultDirectory(await send({ method: 'GET', url }));
    },
  };
}

function parseClient(answer: unknown): ClientSettings {
  if (!isJsonObject(answer)) throw malformed();
  const { grant_types: grantTypes, is_token_endpoint_ip_header_trusted: isTrusted } = answer;
  return {
    grantTypes: Array.isArray(grantTypes) ? grantTypes.filter((type) => typeof type === 'string') : [],
    isForwardedForTrusted: isTrusted === true,
  };
}

function parseDefaultDirectory(answer: unknown): string {
  if (!isJsonObject(answer)) throw malformed();
  return typeof answer.default_directory === 'string' ? answer.default_directory : '';
}

function malformed(): SetupError {
  return new SetupError(
    'management_malformed',
    'The tenant answered a request for its settings with something else. Expected a JSON object; check that the URL is that of the tenant.',
  );
}
