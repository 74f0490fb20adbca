/**
 * A user's app specific passwords. The value of a new one is returned once, to the caller only; no error and no list
 * contains it. The `auth0` package has no calls for these.
 */
import { ConfigurationError } from '../core/errors.ts';
import { isJsonObject, type JsonObject } from '../core/json.ts';
import { SetupError } from './errors.ts';
import type { SendManagementRequest } from './management-requests.ts';
import { acceptGone } from './resource-servers.ts';

export interface ApplicationPassword {
  readonly id: string;
  readonly label: string;
  readonly audience: string;
  readonly scopes: readonly string[];
  /** As the tenant writes it; `undefined` if it is absent. */
  readonly createdAt: string | undefined;
  readonly lastAccessed: string | undefined;
}

/** A newly created password. */
export interface NewApplicationPassword extends ApplicationPassword {
  /** The secret itself. Show it to its user, never log it: the tenant does not return it again. */
  readonly value: string;
}

export interface ApplicationPasswordRequest {
  /** At most 100 characters. */
  readonly label: string;
  readonly audience: string;
  readonly scopes: readonly string[];
}

/** The operations on the passwords of the user `userId` (`auth0|…`). */
export interface ApplicationPasswords {
  create(userId: string, request: ApplicationPasswordRequest): Promise<NewApplicationPassword>;
  list(userId: string): Promise<readonly ApplicationPassword[]>;
  /** Succeeds if it is already gone. */
  remove(userId: string, id: string): Promise<void>;
}

/**
 * Makes the calls. Each throws SetupError `management_…`.
 *
 * @param baseUrl the Management API, with its final slash
 */
export function createApplicationPasswords(baseUrl: string, send: SendManagementRequest): ApplicationPasswords {
  const urlOf = (userId: string) => `${baseUrl}users/${segment(userId)}/application-passwords`;
  const remove = async (userId: string, id: string) =>
    acceptGone(send({ method: 'DELETE', url: `${urlOf(userId)}/${segment(id)}` }));
  return {
    create: async (userId, { label, audience, scopes }) => {
      const response = await send({ method: 'POST', url: urlOf(userId), json: { label, audience, scope: scopes } });
      try {
        return { ...parse(response), value: textOf(response, 'value') };
      } catch (error) {
        // Nobody could ever use it, or would find it.
        const id = isJsonObject(response) ? response.id : undefined;
        if (typeof id === 'string' && id !== '') await remove(userId, id).catch(() => {});
        throw error;
      }
    },
    list: async (userId) => {
      const response = await send({ method: 'GET', url: urlOf(userId) });
      if (!Array.isArray(response)) throw malformed('a list');
      return response.map(parse);
    },
    remove,
  };
}

/** An id of one or two dots would lead to another path, even if encoded. */
function segment(id: string): string {
  if (!/^\.{0,2}$/.test(id)) return encodeURIComponent(id);
  throw new ConfigurationError(
    'configuration_invalid',
    'Got an empty id, or one of dots only. Expected the id of a user or password.',
  );
}

function parse(response: unknown): ApplicationPassword {
  const { scope, created_at: createdAt, last_accessed: lastAccessed } = isJsonObject(response) ? response : {};
  if (!Array.isArray(scope) || !scope.every((value) => typeof value === 'string')) throw malformed('a list "scope"');
  return {
    id: textOf(response, 'id'),
    label: textOf(response, 'label'),
    audience: textOf(response, 'audience'),
    scopes: scope,
    createdAt: typeof createdAt === 'string' ? createdAt : undefined,
    lastAccessed: typeof lastAccessed === 'string' ? lastAccessed : undefined,
  };
}

function textOf(response: unknown, member: keyof JsonObject): string {
  const value = isJsonObject(response) ? response[member] : undefined;
  if (typeof value === 'string' && value !== '') return value;
  throw malformed(`a string "${member}"`);
}

function malformed(expected: string): SetupError {
  return new SetupError(
    'management_malformed',
    `The tenant's response to a request for app specific passwords is malformed. Expected ${expected}; check that the feature is enabled for the tenant, and that the URL is the tenant's.`,
  );
}
