/** Introspects a token: at one server or at several in turn, as one audience or as each of several in turn. */
import { looksLikeApplicationPassword } from '../core/application-password.ts';
import { type CredentialErrorCode, hasCode } from '../core/errors.ts';
import type { Principal } from '../core/principal.ts';
import type { CallContext } from './issuer-endpoint.ts';

export interface Introspector {
  /**
   * @param audiences those that a verified token names, if the API has several. Only as these audiences is it introspected
   * @throws CredentialError `token_inactive` if the server does not report the token as active, or another code
   * @throws IssuerError if the call to the server failed
   */
  introspect(token: string, context: CallContext, audiences?: readonly string[]): Promise<Principal>;
}

type OneOrMore<Item> = readonly [Item, ...Item[]];

/** Introspects as one audience: with its key, or its client's. */
export interface AudienceIntrospector {
  readonly audience: string;
  readonly introspector: Introspector;
}

/**
 * Asks several servers in turn until one reports the token as its own. A tenant with a second domain also reports tokens of
 * the first domain as active, but names that domain as their issuer.
 *
 * Two rules keep tokens from the wrong server. A token that looks like an app specific password goes to the first server
 * only. An outage ends the search: the token may belong to the server that is down, so no later one may decide about it.
 */
export function firstToKnow([first, ...others]: OneOrMore<Introspector>): Introspector {
  if (others.length === 0) return first;
  return {
    introspect: (token, context) =>
      looksLikeApplicationPassword(token)
        ? first.introspect(token, context)
        : askInTurn([first, ...others], 'issuer_mismatch', token, context),
  };
}

/**
 * Asks one server as each audience in turn. Auth0 reports a token as active only to the API that it is for. The
 * audiences have separate keys, so a refused key ends the search like an outage: the token may be for that audience.
 */
export function asEachAudience(introspectors: OneOrMore<AudienceIntrospector>): Introspector {
  return {
    introspect: (token, context, audiences) => {
      const suitable = audiences ? introspectors.filter(({ audience }) => audiences.includes(audience)) : introspectors;
      const [{ introspector } = introspectors[0], ...others] = suitable;
      const inTurn = [introspector, ...others.map((other) => other.introspector)] as const;
      return askInTurn(inTurn, 'audience_mismatch', token, context);
    },
  };
}

/**
 * @param mismatch what a server throws that knows the token as one of another
 * @throws the error of the last server that was asked
 */
async function askInTurn(
  [introspector, ...others]: OneOrMore<Introspector>,
  mismatch: CredentialErrorCode,
  token: string,
  context: CallContext,
): Promise<Principal> {
  try {
    return await introspector.introspect(token, context);
  } catch (error) {
    const [next, ...rest] = others;
    if (!next || !(hasCode(error, 'token_inactive') || hasCode(error, mismatch))) throw error;
    return askInTurn([next, ...rest], mismatch, token, context);
  }
}
