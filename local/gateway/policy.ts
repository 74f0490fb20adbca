/**
 * Evaluates an authorizer's policy for one method as API Gateway does: an explicit deny wins, and no match means deny.
 */

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
}

const INVOKE = 'execute-api:Invoke';

/** Returns whether a policy allows a call of the method. */
export function allows(statements: readonly Statement[], methodArn: string): boolean {
  const applying = statements.filter(
    ({ Action, Resource }) => anyMatches(Action, INVOKE) && anyMatches(Resource, methodArn),
  );
  return applying.some(({ Effect }) => Effect === 'Allow') && !applying.some(({ Effect }) => Effect === 'Deny');
}

function anyMatches(patterns: string | readonly string[], value: string): boolean {
  return [patterns].flat().some((pattern) => toRegExp(pattern).test(value));
}

/** IAM wildcards: `*` matches any text, including `/`; `?` matches any one character. */
function toRegExp(pattern: string): RegExp {
  const escaped = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.');
  return new RegExp(`^${escaped}$`, 's');
}
