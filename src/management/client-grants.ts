/**
 * The grants of clients for APIs, through the `auth0` package's client for them. Each response is parsed, and filtered
 * here again: we do not trust the tenant's filter. Users' grants (`subject_type: user`) are left out.
 */
import type { ClientGrantsClient } from 'auth0/clientGrants';
import { isJsonObject, type JsonObject } from '../core/json.ts';
import { SetupError } from './errors.ts';
import { unwrapErrors } from './package-fetch.ts';
import { acceptGone } from './resource-servers.ts';

export interface ClientGrant {
  readonly id: string;
  /** In the tenant's order; empty if the grant covers all scopes, since the tenant then shows none. */
  readonly scopes: readonly string[];
  /** Whether it covers every scope, whatever `scopes` says. */
  readonly allowsAllScopes: boolean;
}

export interface NewClientGrant {
  readonly clientId: string;
  readonly audience: string;
  readonly scopes: readonly string[];
}

/** The operations on client grants. */
export interface ClientGrants {
  /** Finds the client's own grant for an API, whatever page it is on. */
  find(clientId: string, audience: string): Promise<ClientGrant | undefined>;
  create(grant: NewClientGrant): Promise<void>;
  /** @param scopes the whole list */
  update(id: string, scopes: readonly string[]): Promise<void>;
  /** Succeeds if it is already gone. */
  remove(id: string): Promise<void>;
}

const PAGE_SIZE = 100;

/** Makes the calls. Each throws SetupError `management_…`. */
export function createClientGrants(client: ClientGrantsClient): ClientGrants {
  return {
    find: async (clientId, audience) => {
      const all = await listAll(client, { client_id: clientId, audience });
      const own = all.find((grant) => grant.client_id === clientId && grant.audience === audience && isOfClient(grant));
      return own && parseGrant(own);
    },
    create: async ({ clientId, audience, scopes }) => {
      await unwrapErrors(client.create({ client_id: clientId, audience, scope: [...scopes] }));
    },
    update: async (id, scopes) => {
      await unwrapErrors(client.update(id, { scope: [...scopes] }));
    },
    remove: (id) => acceptGone(unwrapErrors(client.delete(id))),
  };
}

/** There may be two grants per client and API, one for users; one without a type is the client's. */
function isOfClient({ subject_type: subjectType }: JsonObject): boolean {
  return subjectType === undefined || subjectType === null || subjectType === 'client';
}

/** Reads all pages, and stops if a checkpoint repeats. */
async function listAll(
  client: ClientGrantsClient,
  filter: { readonly client_id: string; readonly audience: string },
): Promise<readonly JsonObject[]> {
  const grants: JsonObject[] = [];
  const seen = new Set<string>();
  let from: string | undefined;
  do {
    const position = from === undefined ? {} : { from };
    const request = { ...filter, ...position, take: PAGE_SIZE, include_totals: false };
    const { response } = await unwrapErrors(client.list(request));
    const page = parsePage(response);
    grants.push(...page.grants);
    from = page.next !== undefined && !seen.has(page.next) ? page.next : undefined;
    if (from !== undefined) seen.add(from);
  } while (from !== undefined);
  return grants;
}

function parsePage(response: unknown): { readonly grants: readonly JsonObject[]; readonly next: string | undefined } {
  const grants = isJsonObject(response) ? response.client_grants : response;
  if (!Array.isArray(grants) || !grants.every(isJsonObject)) throw malformed('a list of grants');
  const next = isJsonObject(response) ? response.next : undefined;
  return { grants, next: typeof next === 'string' && next !== '' ? next : undefined };
}

function parseGrant({ id, scope, allow_all_scopes: allowAllScopes }: JsonObject): ClientGrant {
  if (typeof id !== 'string') throw malformed('a string "id"');
  const allowsAllScopes = allowAllScopes === true;
  // A grant for all scopes has no "scope" member at all.
  const scopes = allowsAllScopes ? (scope ?? []) : scope;
  if (!Array.isArray(scopes) || !scopes.every((value) => typeof value === 'string')) throw malformed('a list "scope"');
  return { id, scopes, allowsAllScopes };
}

function malformed(expected: string): SetupError {
  return new SetupError(
    'management_malformed',
    `The tenant's response to a request for client grants is malformed. Expected ${expected}; check that the URL is that of the tenant.`,
  );
}
