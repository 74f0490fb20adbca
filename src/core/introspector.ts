/** Whoever can be asked what a token is worth: one server, or several in turn. */
import { hasCode, UpstreamError } from './errors.ts';
import type { Principal } from './principal.ts';
import type { CallContext } from './upstream.ts';

export interface Introspector {
  /**
   * @throws CredentialError `token_inactive` if the token is not known as active, or another code for what it is
   * @throws UpstreamError if that could not be found out
   */
  introspect(token: string, context: CallContext): Promise<Principal>;
}

/**
 * Asks several servers in turn until one knows the token as its own: a tenant under a second domain answers for tokens of
 * the first as well, and names that as their issuer. If none does, a server that could not be asked leaves the question
 * open: an outage is never "inactive".
 */
export function firstToKnow(introspectors: readonly Introspector[]): Introspector {
  const [only, ...others] = introspectors;
  return only && others.length === 0 ? only : { introspect: (...call) => askInTurn(introspectors, ...call) };
}

async function askInTurn(introspectors: readonly Introspector[], token: string, context: CallContext) {
  let outcome: unknown = new TypeError('There is no server to introspect at.');
  for (const introspector of introspectors) {
    try {
      return await introspector.introspect(token, context);
    } catch (error) {
      const isOpen = error instanceof UpstreamError;
      if (!isOpen && !isOfAnother(error)) throw error;
      if (isOpen || !(outcome instanceof UpstreamError)) outcome = error;
    }
  }
  throw outcome;
}

function isOfAnother(error: unknown): boolean {
  return hasCode(error, 'token_inactive') || hasCode(error, 'issuer_wrong');
}
