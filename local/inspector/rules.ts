/** Where the docs explain a step. The tests follow each link. */
import type { Rule } from '../../web/inspector/protocol.ts';

const DOCS = '/.local/docs/';

function rule(text: string, place: string): Rule {
  return { text, href: `${DOCS}${place}` };
}

export const RULES = {
  routes: rule('Routes', 'configuration.md#routes'),
  gatewayCache: rule('How long a credential is accepted', 'configuration.md#how-long-a-credential-is-accepted'),
  credential: rule('What happens to a credential', 'credentials.md#what-happens-to-a-credential'),
  caches: rule('Caches', 'configuration.md#caches'),
  sharedCache: rule('The shared cache', 'operations.md#the-shared-cache'),
  revocation: rule('How a revocation takes effect', 'architecture.md#how-a-revocation-takes-effect'),
  tenant: rule('What talks to the tenant', 'architecture.md#what-talks-to-the-tenant'),
  bound: rule('Tokens that are bound to their holder', 'credentials.md#tokens-that-are-bound-to-their-holder'),
  expiry: rule('Expiry', 'app-passwords.md#expiry'),
  backend: rule('What the backend gets', 'credentials.md#what-the-backend-gets'),
  responses: rule('What the caller gets', 'reason-codes.md#reason-codes'),
} satisfies Readonly<Record<string, Rule>>;

/** The row of the docs about a reason code. */
export function reasonRule(code: string): Rule {
  return rule(`Reason code ${code}`, `reason-codes.md#${code}`);
}
