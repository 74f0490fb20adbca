/**
 * Checks whether the tenant has app specific passwords. A grant may hold scopes that its API does not have, so reading
 * it back proves nothing. What counts are the scopes that the Management API offers, and the scopes of a token.
 */
import { SetupError } from '../management/errors.ts';
import type { ManagementConnection } from '../management/management-connection.ts';
import { APPLICATION_PASSWORD_SCOPES } from './client-grant/set-up-client-grant.ts';

type Connection = Pick<ManagementConnection, 'audience' | 'clientId' | 'resourceServers' | 'tokenScopes'>;

export interface FeatureCheckOptions {
  /** Whose grant has the scopes. Only the management client's own token can be inspected. */
  readonly clientId: string;
  /** Whether the grant was changed since the connection got its token. */
  readonly hasChanged: boolean;
  /** Whether the grant's change is only planned (in a dry run), so that a token shows nothing. @default false */
  readonly isOnlyPlanned?: boolean;
}

/**
 * Returns the scopes of app specific passwords that the Management API does not offer.
 *
 * @throws SetupError `management_…`, or `not_checked` if the tenant does not show that record
 */
export async function scopesNotOffered({ audience, resourceServers }: Connection): Promise<readonly string[]> {
  const api = await resourceServers.find(audience);
  if (api) return missingFrom(api.scopes);
  throw notChecked(`the tenant shows no API with the identifier "${audience}", which its Management API should have.`);
}

/**
 * Returns the scopes of app specific passwords that the management client's token lacks.
 *
 * @param isFresh whether to request a new token, because the current one may be older than the grant
 * @throws SetupError `management_…`, or `not_checked` if the tenant does not say what the token holds
 */
export async function scopesNotGranted({ tokenScopes }: Connection, isFresh: boolean): Promise<readonly string[]> {
  const scopes = await tokenScopes(isFresh);
  if (scopes) return missingFrom(scopes);
  throw notChecked('the tenant does not say which scopes the token of the management client has.');
}

/** Checks whether the tenant has the feature. Never throws: what could not be checked is a warning too. */
export async function featureWarnings(
  connection: Connection,
  { clientId, hasChanged, isOnlyPlanned = false }: FeatureCheckOptions,
): Promise<readonly SetupError[]> {
  const ofApi = await orNotChecked(async () => {
    const missing = await scopesNotOffered(connection);
    return missing.length > 0 ? [featureMissing(`its Management API does not offer ${missing.join(', ')}`)] : [];
  });
  if (isOnlyPlanned || ofApi.some(({ code }) => code === 'feature_missing')) return ofApi;
  if (clientId !== connection.clientId) return [...ofApi, tokenOfAnother(clientId)];
  const ofToken = await orNotChecked(async () => {
    const missing = await scopesNotGranted(connection, hasChanged);
    return missing.length > 0 ? [featureMissing(tokenLacks(clientId, missing))] : [];
  });
  return [...ofApi, ...ofToken];
}

/** The warning that the feature is missing. @param got what shows it */
export function featureMissing(got: string): SetupError {
  return new SetupError(
    'feature_missing',
    `App specific passwords are not enabled for this tenant: ${got}. Nobody can create one, and introspection may be missing too. JWTs, and Basic with a real password, work without it. To use app specific passwords, ask Auth0's support to enable them and introspection by resource servers for the tenant; then deploy with a new value of "refresh", or run "asp setup" again.`,
  );
}

/** The evidence that the feature is missing although the grant holds the scopes. */
export function tokenLacks(clientId: string, missing: readonly string[]): string {
  return `a token of the client "${clientId}" lacks ${missing.join(', ')}, though its grant covers them`;
}

/** A warning about something that could not be checked. @param why ends with a full stop */
export function notChecked(why: string): SetupError {
  return new SetupError('not_checked', `Not checked: ${why}`);
}

function tokenOfAnother(clientId: string): SetupError {
  return notChecked(
    `whether a token of the client "${clientId}" has the scopes for app specific passwords, since only that client can request one.`,
  );
}

async function orNotChecked(look: () => Promise<readonly SetupError[]>): Promise<readonly SetupError[]> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof SetupError && error.code === 'not_checked') return [error];
    const why = error instanceof SetupError ? error.message : 'The check failed.';
    return [notChecked(`whether app specific passwords are enabled for the tenant. ${why}`)];
  }
}

function missingFrom(scopes: readonly string[]): readonly string[] {
  return APPLICATION_PASSWORD_SCOPES.filter((scope) => !scopes.includes(scope));
}
