/** Whoever can be asked what a token is worth: one server, or several in turn. */
import { looksLikeApplicationPassword } from '../core/application-password.ts';
import { hasCode } from '../core/errors.ts';
import type { Principal } from '../core/principal.ts';
import type { CallContext } from './issuer-endpoint.ts';

export interface Introspector {
  /**
   * @throws CredentialError `token_inactive` if the token is not known as active, or another code for what it is
   * @throws IssuerError if that could not be found out
   */
  introspect(token: string, context: CallContext): Promise<Principal>;
}

/**
 * Asks several servers in turn until one knows the token as its own: a tenant under a second domain reports tokens of the
 * first as active too, and names that as their issuer.
 *
 * Two rules keep a server from seeing, or judging, what is not its own. A token that looks like an app specific password
 * goes to the first server only. And an outage ends the search: the token may belong to the server that is down, so no
 * later one may judge it.
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

/** @throws what the last server that was asked threw */
async function askInTurn(
  [introspector, ...others]: readonly [Introspector, ...Introspector[]],
  token: string,
  context: CallContext,
): Promise<Principal> {
  try {
    return await introspector.introspect(token, context);
  } catch (error) {
    const [next, ...rest] = others;
    if (!next || !isOfAnother(error)) throw error;
    return askInTurn([next, ...rest], token, context);
  }
}

function isOfAnother(error: unknown): boolean {
  return hasCode(error, 'token_inactive') || hasCode(error, 'issuer_mismatch');
}
