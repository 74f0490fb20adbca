/**
 * What deployments of one account and region let each other see of their client grants: the trace of each. The note is made
 * anew from the records each time, so nothing has to be read back from a store that may lag behind.
 */
import { parseClientGrantRecord, parseGrantTrace } from '../../src/auth0/client-grant-record.ts';
import type { GrantTrace } from '../../src/auth0/grant-change.ts';
import type { SharedGrant } from '../../src/auth0/shared-grant.ts';
import type { GrantUser, GrantUsers } from '../../src/aws/grant-users.ts';
import { isJsonObject, parseJson } from '../../src/core/json.ts';
import type { OwnedRecords } from './owned-records.ts';

/** Of a grant that was right already, and of one whose note cannot be read. */
const NOTHING_ADDED: GrantTrace = { isOurs: false, added: [] };

/** Says for each grant, by the key of its record, who else uses it. */
export function sharedGrants(records: OwnedRecords, users: GrantUsers): (key: string) => SharedGrant {
  return (key) => ({
    others: async () => (await users.others()).flatMap((user) => userOf(key, user)),
    join: async () => users.note(noteOf(await records.all())),
    leave: async () => users.note(noteOf((await records.all()).filter((entry) => entry.key !== key))),
  });
}

function noteOf(entries: readonly { readonly key: string; readonly record: unknown }[]): string | undefined {
  if (entries.length === 0) return undefined;
  const traces = entries.map(({ key, record }) => [key, parseClientGrantRecord(record)?.grant ?? NOTHING_ADDED]);
  return JSON.stringify(Object.fromEntries(traces));
}

function userOf(key: string, { deployment, note }: GrantUser) {
  const traces = parseJson(note);
  if (!isJsonObject(traces) || !Object.hasOwn(traces, key)) return [];
  return [{ deployment, trace: traceIn(traces[key]) }];
}

/** Whoever wrote it uses the grant, whatever the note is worth. */
function traceIn(note: unknown): GrantTrace {
  try {
    return parseGrantTrace(note);
  } catch {
    return NOTHING_ADDED;
  }
}
