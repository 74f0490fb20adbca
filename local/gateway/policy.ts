/** Evaluates an authorizer's policy for one method, as API Gateway does: an explicit deny wins, no match is a deny. */

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
}

const INVOKE = 'execute-api:Invoke';

/** Says whether a policy lets a method be called. */
export function allows(statements: readonly Statement[], methodArn: string): boolean {
  const applying = statements.filter(
    ({ Action, Resource }) => anyMatches(Action, INVOKE) && anyMatches(Resource, methodArn),
  );
  return applying.some(({ Effect }) => Effect === 'Allow') && !applying.some(({ Effect }) => Effect === 'Deny');
}

function anyMatches(patterns: string | readonly string[], value: string): boolean {
  return [patterns].flat().some((pattern) => toRegExp(pattern).test(value));
}

/** IAM wildcards: `*` spans anything, `/` included; `?` is any one character. */
function toRegExp(pattern: string): RegExp {
  const escaped = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.');
  return new RegExp(`^${escaped}$`, 's');
}
