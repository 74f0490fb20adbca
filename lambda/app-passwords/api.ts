/** The self-service API: finds the operation for a request, and turns its result or its error into a response. */
import { type AuditRecord, audit, safeFailure } from '../../src/app-passwords/audit.ts';
import { type Caller, parseCaller } from '../../src/app-passwords/caller.ts';
import { createPassword } from '../../src/app-passwords/create-password.ts';
import { deletePassword, passwordState } from '../../src/app-passwords/delete-password.ts';
import { parseNewPassword } from '../../src/app-passwords/new-password.ts';
import type { AppPasswordPorts } from '../../src/app-passwords/ports.ts';
import { Problem } from '../../src/app-passwords/problem.ts';
import { listPasswords } from '../../src/app-passwords/read-passwords.ts';
import type { AppPasswordsConfiguration } from '../../src/config/app-passwords.ts';
import { CodedError } from '../../src/core/errors.ts';
import type { JsonObject } from '../../src/core/json.ts';
import { SetupError } from '../../src/management/errors.ts';
import { type ApiRequest, parseRequest } from './request.ts';
import { type ApiResponse, corsHeaders, jsonResponse, problemResponse } from './response.ts';

export type ApiSettings = Pick<
  AppPasswordsConfiguration,
  'issuer' | 'audience' | 'clients' | 'scopes' | 'revocation' | 'maxAuthAgeSeconds' | 'authTimeClaim' | 'origins'
>;

const MAXIMUM_BODY_BYTES = 4096;
/** Browsers send this type to another origin only if that origin allows it. */
const JSON_TYPE = /^application\/json *(?:; *charset="?utf-8"? *)?$/i;
const RETRY_AFTER_OUTAGE_SECONDS = 10;

/** The operations, by method and resource. */
const OPERATIONS = {
  'GET /app-passwords': 'list',
  'POST /app-passwords': 'create',
  'GET /app-passwords/{id}': 'state',
  'DELETE /app-passwords/{id}': 'delete',
} as const;

type Action = (typeof OPERATIONS)[keyof typeof OPERATIONS];

/** Makes the handler of requests. It never throws. */
export function createApi(settings: ApiSettings, ports: AppPasswordPorts): (event: JsonObject) => Promise<ApiResponse> {
  return async (event) => {
    const request = parseRequest(event);
    return new Call(settings, ports, request).respond();
  };
}

/** One request. */
class Call {
  readonly #settings: ApiSettings;
  readonly #ports: AppPasswordPorts;
  readonly #request: ApiRequest;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #action: Action | undefined;
  #caller: Caller | undefined;

  constructor(settings: ApiSettings, ports: AppPasswordPorts, request: ApiRequest) {
    this.#settings = settings;
    this.#ports = ports;
    this.#request = request;
    this.#headers = corsHeaders(settings.origins, request.header('origin').join());
    this.#action = operationOf(request);
  }

  async respond(): Promise<ApiResponse> {
    try {
      return await this.#perform();
    } catch (error) {
      const problem = problemFor(error);
      this.#auditProblem(problem, error);
      return problemResponse(problem, this.#headers);
    }
  }

  async #perform(): Promise<ApiResponse> {
    const { context, header, hasQuery } = this.#request;
    const action = this.#action;
    if (action === undefined) throw new Problem('not_found', 'There is no such operation.');
    const evidence = { context, authorization: header('authorization') };
    this.#caller = parseCaller(evidence, this.#settings, this.#ports.clock());
    if (hasQuery) throw new Problem('parameters_invalid', 'The operation has no query parameters.');
    return this.#run(action, this.#caller);
  }

  async #run(action: Action, caller: Caller): Promise<ApiResponse> {
    const { audience, revocation } = this.#settings;
    const ports = this.#ports;
    const settings = {
      audience,
      revocationSeconds: revocation.seconds,
      gatewayTtlSeconds: revocation.gatewayTtlSeconds,
    };
    const target = { caller, passwordId: this.#request.id };
    switch (action) {
      case 'list':
        return jsonResponse(200, await listPasswords(ports, caller, audience), this.#headers);
      case 'create':
        return this.#create(caller);
      case 'state':
        return jsonResponse(200, await passwordState(ports, settings, target), this.#headers);
      case 'delete':
        return jsonResponse(202, await deletePassword(ports, settings, target), this.#headers);
    }
  }

  async #create(caller: Caller): Promise<ApiResponse> {
    const { audience } = this.#settings;
    const request = parseNewPassword(bodyOf(this.#request), caller);
    const created = await createPassword(this.#ports, { caller, request, audience });
    // Relative to the request, because the path of the stage or domain is not known here.
    const folder = this.#request.path.endsWith('/') ? '' : 'app-passwords/';
    return jsonResponse(201, created, { ...this.#headers, Location: `${folder}${encodeURIComponent(created.id)}` });
  }

  #auditProblem(problem: Problem, error: unknown): void {
    const isRefusal = problem.status < 500;
    const record: AuditRecord = {
      action: this.#action ?? 'none',
      outcome: isRefusal ? 'refused' : 'failed',
      code: problem.code,
      subject: this.#caller?.subject,
      clientId: this.#caller?.clientId,
      ...(!isRefusal && !(error instanceof Problem) && { failure: safeFailure(error) }),
    };
    audit(this.#ports, this.#settings.audience, record);
  }
}

function operationOf({ method, resource }: ApiRequest): Action | undefined {
  return Object.entries(OPERATIONS).find(([key]) => key === `${method} ${resource}`)?.[1];
}

function bodyOf({ body, header }: ApiRequest): string {
  const types = header('content-type');
  if (types.length !== 1 || !JSON_TYPE.test(types[0] ?? '')) {
    throw new Problem('content_type_unsupported', 'The Content-Type must be application/json.');
  }
  if (body === undefined) throw new Problem('body_malformed', 'The body must be JSON in UTF-8.');
  if (body.length <= MAXIMUM_BODY_BYTES) return body.toString();
  throw new Problem('body_too_large', `The body may have ${MAXIMUM_BODY_BYTES} bytes.`);
}

/** An outage is never the user's fault, and nothing of the tenant's or of AWS's text is passed on. */
function problemFor(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const later = { retryAfterSeconds: RETRY_AFTER_OUTAGE_SECONDS };
  if (error instanceof SetupError) {
    if (error.code === 'management_refused') {
      return new Problem(
        'tenant_refused',
        'The tenant refused the request. Sign in again; if that does not help, report it.',
      );
    }
    if (error.code === 'management_throttled') {
      return new Problem('tenant_throttled', 'The tenant is busy. Look at the list, and try again soon.', later);
    }
    return new Problem('tenant_unavailable', 'The tenant cannot be reached at this moment. Try again soon.', later);
  }
  if (error instanceof CodedError) {
    return new Problem('state_unavailable', 'The service cannot work at this moment. Try again soon.', later);
  }
  return new Problem('unexpected', 'The request failed unexpectedly. Try again, and report it if that does not help.');
}
