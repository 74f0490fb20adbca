/** The content of a shared entry, to and from text. The text was sealed, but it is still checked before anything in it is used. */
import { CREDENTIAL_ERROR_CODES, type CredentialErrorCode } from '../core/errors.ts';
import { isJsonObject, list, MalformedError, object, oneOf, parseJson, type Read, record, text } from '../core/json.ts';
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

const time: Read<number> = (value) => (typeof value === 'number' && Number.isFinite(value) ? value : undefined);

const confirmation = object((from) => ({
  jwkThumbprint: from.optional('jwkThumbprint', text),
  certificateThumbprint: from.optional('certificateThumbprint', text),
}));

const principal: Read<Principal> = object((from) => ({
  subject: from.required('subject', text),
  username: from.optional('username', text),
  scopes: from.required('scopes', list(text)),
  tokenType: from.required('tokenType', oneOf([ACCESS_TOKEN, APPLICATION_SPECIFIC_PASSWORD])),
  clientId: from.optional('clientId', text),
  organizationId: from.optional('organizationId', text),
  issuer: from.required('issuer', text),
  expiresAt: from.optional('expiresAt', time),
  audiences: from.optional('audiences', list(text)),
  confirmation: from.optional('confirmation', confirmation),
  claims: from.optional('claims', record(text)),
  actor: from.optional('actor', text),
}));

const sharedPrincipal: Read<SharedPrincipal> = object((from) => ({
  principal: from.required('principal', principal),
  startedAtMs: from.required('startedAtMs', time),
  freshUntilMs: from.required('freshUntilMs', time),
  usableUntilMs: from.required('usableUntilMs', time),
}));

const sharedRefusal: Read<SharedRefusal> = object((from) => ({
  refusal: from.required(
    'refusal',
    object((of) => ({
      code: of.required('code', oneOf(CREDENTIAL_ERROR_CODES)),
      message: of.required('message', text),
    })),
  ),
  untilMs: from.required('untilMs', time),
}));

export function serializeEntry(entry: SharedEntry): string {
  return JSON.stringify(entry);
}

/** @returns `undefined` if the text is not an entry */
export function parseEntry(serialized: string): SharedEntry | undefined {
  const value = parseJson(serialized);
  try {
    return isJsonObject(value) && 'refusal' in value ? sharedRefusal(value) : sharedPrincipal(value);
  } catch (error) {
    if (error instanceof MalformedError) return undefined;
    throw error;
  }
}
