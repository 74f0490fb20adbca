/** The content of a shared entry, to and from text. The text was sealed, but it is still checked before anything in it is used. */
import {
  array,
  finite,
  type GenericSchema,
  number,
  optional,
  picklist,
  pipe,
  record,
  safeParse,
  strictObject,
  string,
  transform,
  union,
} from 'valibot';
import { CREDENTIAL_ERROR_CODES, type CredentialErrorCode } from '../core/errors.ts';
import { parseJson } from '../core/json.ts';
import { ACCESS_TOKEN, APPLICATION_SPECIFIC_PASSWORD, type Principal } from '../core/principal.ts';

/** A principal that an issuer has confirmed. All times are epoch milliseconds. */
export interface SharedPrincipal {
  readonly principal: Principal;
  /** When the lookup started. Its result may not reflect a revocation after this moment. */
  readonly startedAtMs: number;
  readonly freshUntilMs: number;
  /** Until when the principal may be used while the issuer is down. */
  readonly usableUntilMs: number;
}

/** A refusal that has replaced a principal. */
export interface SharedRefusal {
  readonly refusal: { readonly code: CredentialErrorCode; readonly message: string };
  readonly untilMs: number;
}

export type SharedEntry = SharedPrincipal | SharedRefusal;

const time = pipe(number(), finite());

const principal = pipe(
  strictObject({
    subject: string(),
    username: optional(string()),
    scopes: array(string()),
    tokenType: picklist([ACCESS_TOKEN, APPLICATION_SPECIFIC_PASSWORD]),
    clientId: optional(string()),
    organizationId: optional(string()),
    issuer: string(),
    expiresAt: optional(time),
    audiences: optional(array(string())),
    confirmation: optional(
      strictObject({ jwkThumbprint: optional(string()), certificateThumbprint: optional(string()) }),
    ),
    claims: optional(record(string(), string())),
    actor: optional(string()),
  }),
  // JSON leaves out members that are undefined; a principal always has them.
  transform(({ username, clientId, organizationId, expiresAt, ...required }) => {
    return { username, clientId, organizationId, expiresAt, ...required };
  }),
);

const schema: GenericSchema<unknown, SharedEntry> = union([
  strictObject({ principal, startedAtMs: time, freshUntilMs: time, usableUntilMs: time }),
  strictObject({
    refusal: strictObject({ code: picklist(CREDENTIAL_ERROR_CODES), message: string() }),
    untilMs: time,
  }),
]);

export function serializeEntry(entry: SharedEntry): string {
  return JSON.stringify(entry);
}

/** @returns `undefined` if the text is not an entry */
export function parseEntry(text: string): SharedEntry | undefined {
  const result = safeParse(schema, parseJson(text));
  return result.success ? result.output : undefined;
}
