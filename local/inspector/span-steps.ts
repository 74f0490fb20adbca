/** The steps in which the authorizer checks a credential, with their calls to the tenant. */
import type { Call, Step } from '../../web/inspector/protocol.ts';
import { checksOf, SPAN_CHECKS } from './checks.ts';
import { RULES, reasonRule } from './rules.ts';
import type { HttpCall, Noted, Span, SpanName } from './trace.ts';

const SPAN_TITLES: Readonly<Record<SpanName, string>> = {
  proof: 'The authorizer checks the proof',
  jwt: 'The authorizer verifies the JWT itself',
  introspection: 'The authorizer introspects the token',
  login: 'The authorizer logs the user in',
  basic: 'The authorizer compares the owner with the user name',
  outdated: 'The authorizer compares a cached result with the revocations',
  jwt_stands: 'The authorizer compares the JWT with the revocations',
  holder: 'The authorizer checks who holds the token',
};
const CALL_WORDS: Readonly<Record<string, string>> = {
  '/oauth/introspect': 'Is this token active?',
  '/oauth/token': "Is this the user's password?",
  '/.well-known/jwks.json': 'Which keys sign tokens?',
};

/** Checks that did nothing are not shown: most credentials are neither bound nor revoked. */
export function spanSteps(span: Span & { readonly atMs: number }, notes: readonly Noted[]): readonly Step[] {
  const { name, error, durationMs, atMs } = span;
  if (name === 'outdated') return span.value === true ? [outdatedStep(span)] : [];
  if (name === 'basic') return wasIntrospected(notes) ? basicSteps(span) : [];
  const startedAtMs = atMs - durationMs;
  const own = notes.flatMap((each) =>
    each.kind === 'http' && each.atMs >= startedAtMs && each.atMs <= atMs ? [each.call] : [],
  );
  if (!error && (name === 'proof' || name === 'holder' || name === 'jwt_stands')) return [];
  return [
    {
      station: own.length > 0 ? 'tenant' : 'authorizer',
      title: SPAN_TITLES[name],
      result: error ? error.message : 'All checks passed',
      state: error ? 'failed' : 'passed',
      atMs,
      durationMs,
      checks: checksOf(SPAN_CHECKS[name], error),
      calls: own.map(callOf),
      rule: error ? reasonRule(error.code) : name === 'jwt' ? RULES.credential : RULES.tenant,
    },
  ];
}

function wasIntrospected(notes: readonly Noted[]): boolean {
  return notes.some((each) => each.kind === 'span' && each.name === 'introspection' && each.error === undefined);
}

/** The last checks of a Basic credential. An error of an earlier check is in its own step. */
function basicSteps({ error, atMs }: Span & { readonly atMs: number }): readonly Step[] {
  const checks = checksOf(SPAN_CHECKS.basic, error);
  if (checks.length === 0) return [];
  return [
    {
      station: 'authorizer',
      title: SPAN_TITLES.basic,
      result: error ? error.message : 'All checks passed',
      state: error ? 'failed' : 'passed',
      atMs,
      checks,
      rule: error ? reasonRule(error.code) : RULES.credential,
    },
  ];
}

function outdatedStep({ atMs, durationMs }: Span & { readonly atMs: number }): Step {
  const result = 'The user was revoked since, so the credential is checked anew';
  const state = 'info';
  return { station: 'caches', title: SPAN_TITLES.outdated, result, state, atMs, durationMs, rule: RULES.revocation };
}

function callOf({ method, path, outcome, durationMs }: HttpCall): Call {
  const isGood = typeof outcome === 'number' && outcome < 400;
  const words = CALL_WORDS[path];
  const request = `${method} ${path}`;
  return {
    words: words === undefined ? request : `${request}: ${words}`,
    outcome: String(outcome),
    durationMs,
    isGood,
  };
}
