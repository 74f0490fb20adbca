/** The settings of an application with which users log in. They are read, never written, and not trusted until parsed. */
import { isJsonObject } from '../core/json.ts';
import { ManagementRefusal, SetupError } from './errors.ts';
import type { SendManagementRequest } from './management-requests.ts';

/** What the tenant shows; `undefined` for what it does not. */
export interface ApplicationSettings {
  /** Such as `spa`. */
  readonly type: string | undefined;
  readonly grantTypes: readonly string[] | undefined;
  readonly callbacks: readonly string[] | undefined;
  readonly logoutUrls: readonly string[] | undefined;
  readonly webOrigins: readonly string[] | undefined;
  /** Whether a refresh token is replaced each time it is used. */
  readonly rotatesRefreshTokens: boolean | undefined;
}

const FIELDS = 'app_type,grant_types,callbacks,allowed_logout_urls,web_origins,refresh_token';

/**
 * Makes the function that reads an application by its client id; `undefined` if there is none. It requires the scope `read:clients`, and
 * throws SetupError `management_…`.
 *
 * @param baseUrl the Management API, with its final slash
 */
export function createApplicationSettings(
  baseUrl: string,
  send: SendManagementRequest,
): (clientId: string) => Promise<ApplicationSettings | undefined> {
  return async (clientId) => {
    const url = `${baseUrl}clients/${encodeURIComponent(clientId)}?fields=${FIELDS}&include_fields=true`;
    const response = await send({ method: 'GET', url }).catch((error: unknown) => {
      if (error instanceof ManagementRefusal && error.status === 404) return undefined;
      throw error;
    });
    return response === undefined ? undefined : parseApplication(response);
  };
}

function parseApplication(response: unknown): ApplicationSettings {
  if (!isJsonObject(response)) {
    throw new SetupError(
      'management_malformed',
      "The tenant's response to a request for a client is malformed. Expected a JSON object; check that the URL is that of the tenant.",
    );
  }
  const { app_type: type, refresh_token: refreshToken } = response;
  return {
    type: typeof type === 'string' ? type : undefined,
    grantTypes: textsIn(response.grant_types),
    callbacks: textsIn(response.callbacks),
    logoutUrls: textsIn(response.allowed_logout_urls),
    webOrigins: textsIn(response.web_origins),
    rotatesRefreshTokens: isJsonObject(refreshToken) ? refreshToken.rotation_type === 'rotating' : undefined,
  };
}

function textsIn(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) ? value.filter((text) => typeof text === 'string') : undefined;
}
