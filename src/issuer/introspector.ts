/** Introspects a token, at one server or at several in turn. */
import { looksLikeApplicationPassword } from '../core/application-password.ts';
import { hasCode } from '../core/errors.ts';
import type { Principal } from '../core/principal.ts';
import type { CallContext } from './issuer-endpoint.ts';

export interface Introspector {
  /**
   * @throws CredentialError `token_inactive` if the server does not report the token as active, or another code
   * @throws IssuerError if the call to the server failed
   */
  introspect(token: string, context: CallContext): Promise<Principal>;
}

/**
 * Asks several servers in turn until one reports the token as its own. A tenant with a second domain also reports tokens of
 * the first domain as active, but names that domain as their issuer.
 *
 * Two rules keep tokens from the wrong server. A token that looks like an app specific password goes to the first server
 * only. An outage ends the search: the token may belong to the server that is down, so no later one may decide about it.
 */
export function firstToKnow([first, ...others]: readonly [Introspector, ...Introspector[]]): Introspector {
  if (others.length === 0) return first;
  return {
    introspect: (token, context) =>
      looksLikeApplicationPassword(token)
        ? first.introspect(token, context)
        : askInTurn([first, ...others], token, context),
  };
}

/** @throws the error of the last server that was asked */
async function askInTurn(
  [introspector, ...others]: readonly [Introspector, ...Introspector[]],
  token: string,
  context: CallContext,
): Promise<Principal> {
  try {
    return await introspector.introspect(token, context);
  } catch (error) {
    const [next, ...rest] = others;
    if (!next || !mayBelongToAnother(error)) throw error;
    return askInTurn([next, ...rest], token, context);
  }
}

function mayBelongToAnother(error: unknown): boolean {
  return hasCode(error, 'token_inactive') || hasCode(error, 'issuer_mismatch');
}
