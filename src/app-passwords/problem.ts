/** The problems that the API reports (RFC 9457). Each has a stable code. No detail holds anything of a credential or of the tenant's text. */
import { CodedError } from '../core/errors.ts';

/** The codes, each with its HTTP status. */
export const PROBLEMS = {
  body_malformed: 400,
  label_invalid: 400,
  scopes_invalid: 400,
  expiry_invalid: 400,
  parameters_invalid: 400,
  login_too_old: 401,
  credential_not_allowed: 403,
  client_not_allowed: 403,
  scope_missing: 403,
  not_found: 404,
  too_many_app_passwords: 409,
  body_too_large: 413,
  content_type_unsupported: 415,
  rate_limited: 429,
  unexpected: 500,
  tenant_refused: 502,
  tenant_throttled: 503,
  tenant_unavailable: 503,
  state_unavailable: 503,
} as const;

export type ProblemCode = keyof typeof PROBLEMS;

const TITLES: Readonly<Record<(typeof PROBLEMS)[ProblemCode], string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
};

/** What a client can act on, besides the code. */
export interface ProblemHints {
  /** Whole seconds after which the request may succeed. */
  readonly retryAfterSeconds?: number;
  /** How long ago the login may have been (RFC 9470). */
  readonly maxAuthAgeSeconds?: number;
}

/** Thrown when a request cannot be fulfilled. */
export class Problem extends CodedError<ProblemCode> {
  readonly hints: ProblemHints;

  /** @param detail for the user: what is wrong, and what to do */
  constructor(code: ProblemCode, detail: string, hints: ProblemHints = {}) {
    super(code, detail);
    this.hints = hints;
  }

  get status(): (typeof PROBLEMS)[ProblemCode] {
    return PROBLEMS[this.code];
  }

  /**
   * The problem document. `about:blank` means that the title is that of the status; the code says the rest.
   *
   * @see RFC 9457 sections 3.1 and 4.2.1
   */
  body(): object {
    const { code, status, message: detail } = this;
    const { maxAuthAgeSeconds } = this.hints;
    return {
      type: 'about:blank',
      title: TITLES[status],
      status,
      detail,
      code,
      ...(maxAuthAgeSeconds !== undefined && { maxAuthAgeSeconds }),
    };
  }

  headers(): Readonly<Record<string, string>> {
    const { retryAfterSeconds, maxAuthAgeSeconds } = this.hints;
    return {
      ...(retryAfterSeconds !== undefined && { 'Retry-After': String(retryAfterSeconds) }),
      ...(maxAuthAgeSeconds !== undefined && { 'WWW-Authenticate': stepUpChallenge(maxAuthAgeSeconds) }),
    };
  }
}

/** @see RFC 9470 section 3 */
function stepUpChallenge(maxAuthAgeSeconds: number): string {
  return `Bearer error="insufficient_user_authentication", error_description="The login is too old", max_age="${maxAuthAgeSeconds}"`;
}
