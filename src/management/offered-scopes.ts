/** The scopes that a resource server offers, with their descriptions. A tenant replaces the whole list at once. */
import type { ResourceServersClient } from 'auth0/resourceServers';
import { isJsonObject, type JsonObject } from '../core/json.ts';
import { SetupError } from './errors.ts';
import { unwrapErrors } from './package-fetch.ts';

/** One scope, with whatever else the tenant keeps about it. */
export interface OfferedScope {
  readonly value: string;
  readonly description?: string | undefined;
}

/** The operations on the scopes of one resource server. Each throws SetupError `management_…`. */
export interface OfferedScopes {
  /** @param id the tenant's own id of the resource server */
  read(id: string): Promise<readonly OfferedScope[]>;
  replace(id: string, scopes: readonly OfferedScope[]): Promise<void>;
}

export function createOfferedScopes(client: ResourceServersClient): OfferedScopes {
  return {
    read: async (id) => offeredScopes(await unwrapErrors(client.get(id))),
    replace: async (id, scopes) => {
      await unwrapErrors(client.update(id, { scopes: scopes.map(asSent) }));
    },
  };
}

function asSent({ value, description }: OfferedScope) {
  return { value, ...(description !== undefined && { description }) };
}

function offeredScopes(response: unknown): readonly OfferedScope[] {
  const { scopes = [] }: JsonObject = isJsonObject(response) ? response : { scopes: null };
  if (!Array.isArray(scopes)) throw malformed();
  return scopes.map(offeredScope);
}

/** An entry that cannot be read must not get lost, so nothing is changed then. */
function offeredScope(entry: unknown): OfferedScope {
  const { value, description }: JsonObject = isJsonObject(entry) ? entry : {};
  if (typeof value !== 'string') throw malformed();
  if (description !== undefined && description !== null && typeof description !== 'string') throw malformed();
  return { value, ...(typeof description === 'string' && { description }) };
}

function malformed(): SetupError {
  return new SetupError(
    'management_malformed',
    'The tenant\'s response to a request for the scopes of a resource server is malformed. Expected a list of scopes, each with a "value"; check that the URL is that of the tenant.',
  );
}
