/**
 * Observes the real authorizer from outside. It has no hooks for this, because they would cost the deployed function time and bytes. So
 * this file wraps its ports, and some methods of its classes. Without a trace, each of them works as before.
 */
import type { Authorizer } from '../../src/authorizer/authorizer.ts';
import { BasicAuthenticator } from '../../src/authorizer/basic-authenticator.ts';
import { type Lookup, PrincipalCache } from '../../src/authorizer/principal-cache.ts';
import { RevocationCheck } from '../../src/authorizer/revocation-check.ts';
import { CodedError } from '../../src/core/errors.ts';
import { HttpFailure, type HttpPort } from '../../src/core/http.ts';
import { isJsonObject, parseJson } from '../../src/core/json.ts';
import { Introspection } from '../../src/issuer/introspection.ts';
import { JwtVerifier } from '../../src/issuer/jwt.ts';
import { PasswordGrant } from '../../src/issuer/password-grant.ts';
import { BoundTokens } from '../../src/proof-of-possession/bound-tokens.ts';
import { isTraced, note, type SpanError, type SpanName } from './trace.ts';

/** The methods that check something about a credential. */
const SPANS: readonly (readonly [prototype: object, method: string, name: SpanName])[] = [
  [BoundTokens.prototype, 'verifyProofOf', 'proof'],
  [JwtVerifier.prototype, 'verify', 'jwt'],
  [Introspection.prototype, 'introspect', 'introspection'],
  [PasswordGrant.prototype, 'logIn', 'login'],
  [BasicAuthenticator.prototype, 'authenticate', 'basic'],
  [RevocationCheck.prototype, 'isOutdated', 'outdated'],
  [RevocationCheck.prototype, 'assertJwtStands', 'jwt_stands'],
  [BoundTokens.prototype, 'assertHolder', 'holder'],
];

let isObserved = false;

/** Wraps the methods, once in a process. */
export function observeClasses(): void {
  if (isObserved) return;
  isObserved = true;
  for (const [prototype, method, name] of SPANS) wrap(prototype, method, (work) => inSpan(name, work));
  observeCache();
}

function observeCache(): void {
  const resolve = PrincipalCache.prototype.resolve;
  PrincipalCache.prototype.resolve = async function observed(lookup: Lookup) {
    if (!isTraced()) return resolve.call(this, lookup);
    note({ kind: 'cache_asked' });
    const lookUp = () => {
      note({ kind: 'lookup' });
      return lookup.lookUp();
    };
    const resolved = await resolve.call(this, { ...lookup, lookUp });
    note({ kind: 'resolved', isHit: resolved.cacheHit });
    return resolved;
  };
}

function wrap(prototype: object, name: string, around: (work: () => unknown) => unknown): void {
  const method: unknown = Reflect.get(prototype, name);
  if (typeof method !== 'function') throw new Error(`There is no method ${name}.`);
  const value = function observed(this: unknown, ...args: unknown[]) {
    const work = () => Reflect.apply(method, this, args);
    return isTraced() ? around(work) : work();
  };
  Object.defineProperty(prototype, name, { value, configurable: true, writable: true });
}

/** Keeps the result of the work as it is: a promise stays one, and a value is not made one. */
function inSpan(name: SpanName, work: () => unknown): unknown {
  const startedAtMs = performance.now();
  const end = (more: { readonly error?: SpanError; readonly value?: boolean }) =>
    note({ kind: 'span', name, durationMs: performance.now() - startedAtMs, ...more });
  const succeed = (value: unknown) => {
    end(typeof value === 'boolean' ? { value } : {});
    return value;
  };
  const fail = (error: unknown): never => {
    end({ error: describe(error) });
    throw error;
  };
  let result: unknown;
  try {
    result = work();
  } catch (error) {
    return fail(error);
  }
  return result instanceof Promise ? result.then(succeed, fail) : succeed(result);
}

function describe(error: unknown): SpanError {
  const isOurs = error instanceof CodedError;
  return { code: isOurs ? String(error.code) : 'bug', message: isOurs ? error.message : 'An unexpected error.' };
}

/** Notes each call to an issuer and to a shared table, as the authorizer itself reports it. */
export function observeAuthorizer(authorizer: Authorizer): Authorizer {
  const decide = authorizer.decide.bind(authorizer);
  const observed: Authorizer['decide'] = (request, observe) =>
    decide(request, (event) => {
      observe?.(event);
      note({ kind: 'event', event });
    });
  return Object.assign(authorizer, { decide: observed });
}

/** Notes each request to the tenant, without its headers and its body. */
export function observeHttp(send: HttpPort): HttpPort {
  return async (request) => {
    const startedAtMs = performance.now();
    const end = (outcome: number | string) => {
      const durationMs = performance.now() - startedAtMs;
      const { pathname: path } = new URL(request.url);
      note({ kind: 'http', call: { method: request.method, path, durationMs, outcome } });
    };
    try {
      const response = await send(request);
      end(response.status);
      return response;
    } catch (error) {
      end(error instanceof HttpFailure ? error.reason : 'failed');
      throw error;
    }
  };
}

/** Notes the line that the authorizer writes for each decision. */
export function observeLog(log: (line: string) => void): (line: string) => void {
  return (line) => {
    const record = isTraced() ? parseJson(line) : undefined;
    if (isJsonObject(record) && record.event === 'authorization_decision') note({ kind: 'decision', record });
    log(line);
  };
}

/** Notes how long the backend takes. */
export function observeBackend<Event, Result extends { readonly statusCode: number }>(
  backend: (event: Event) => Promise<Result>,
): (event: Event) => Promise<Result> {
  return async (event) => {
    const startedAtMs = performance.now();
    const end = (status: number | undefined) =>
      note({ kind: 'backend', durationMs: performance.now() - startedAtMs, status });
    try {
      const result = await backend(event);
      end(result.statusCode);
      return result;
    } catch (error) {
      end(undefined);
      throw error;
    }
  };
}
