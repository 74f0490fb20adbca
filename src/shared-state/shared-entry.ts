/** What a shared entry says, as text. The text comes from a sealed entry, and is checked all the same before anything in it is used. */
import { array, finite, type InferOutput, number, optional, picklist, pipe, safeParse, strictObject, string, union } from 'valibot';
import { CREDENTIAL_ERROR_CODES } from '../core/errors.ts';
import { parseJson } from '../core/json.ts';
import { ACCESS_TOKEN, APPLICATION_SPECIFIC_PASSWORD } from '../core/principal.ts';

const time = pipe(number(), finite());

const principal = strictObject({
  subject: string(),
  username: optional(string()),
  scopes: array(string()),
  tokenType: picklist([ACCESS_TOKEN, APPLICATION_SPECIFIC_PASSWORD]),
  clientId: optional(string()),
  organizationId: optional(string()),
  issuer: string(),
  expiresAt: optional(time),
});

/** A principal that an issuer has confirmed. All times are epoch milliseconds. */
const sharedPrincipal = strictObject({
  principal,
  /** When the lookup started. A revocation after this moment may not be part of its result. */
  startedAtMs: time,
  freshUntilMs: time,
  /** Until when the principal may be used while the issuer is down. */
  usableUntilMs: time,
});

/** A refusal that has replaced a principal. */
const sharedRefusal = strictObject({
  refusal: strictObject({ code: picklist(CREDENTIAL_ERROR_CODES), message: string() }),
  untilMs: time,
});

const schema = union([sharedPrincipal, sharedRefusal]);

export type SharedPrincipal = InferOutput<typeof sharedPrincipal>;
export type SharedRefusal = InferOutput<typeof sharedRefusal>;
export type SharedEntry = SharedPrincipal | SharedRefusal;

export function serializeEntry(entry: SharedEntry): string {
  return JSON.stringify(entry);
}

/** @returns `undefined` if the text is not an entry */
export function parseEntry(text: string): SharedEntry | undefined {
  const result = safeParse(schema, parseJson(text));
  return result.success ? result.output : undefined;
}
