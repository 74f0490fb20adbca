/** Turns errors into text for a person at a terminal. The issuer's errors have short messages, so this adds the fix. */

import { CodedError, IssuerError, type IssuerErrorCode } from '../core/errors.ts';
import { SetupError, type SetupErrorCode } from '../management/errors.ts';
import { printable } from './printable.ts';

const FIXES: Readonly<Record<IssuerErrorCode, string>> = {
  issuer_unavailable:
    "Check the tenant's URL (--verbose shows it), the network and the tenant's status page, then try again.",
  issuer_timeout: "Try again. If it keeps happening, check the network and the tenant's status page.",
  issuer_throttled: "Wait a little, or find out what else uses the tenant's rate limit.",
  issuer_circuit_open: 'Wait a little and try again.',
  issuer_malformed: 'Check that the URL belongs to the tenant itself, not to a proxy or page in front of it.',
  issuer_client_refused: `Run "asp keys" to see which keys differ, and "asp setup" to give yours to the tenant. If they agree, ask Auth0's support to enable introspection by resource servers for the tenant.`,
  issuer_refused:
    "A 404 means that the tenant has no introspection: ask Auth0's support to enable it. Otherwise check the audience.",
};

/** Some messages use a deployment's names for settings; these are the names on the command line. */
const CLI_NAMES: { readonly [Code in SetupErrorCode]?: string } = {
  management_client_refused:
    'With asp, check AUTH0_CLIENT_ID, AUTH0_CLIENT_SECRET or the key file, and --management-domain; --verbose shows where they come from.',
  resource_server_not_found: 'With asp, check --audience, or use setup --create.',
  key_in_use: 'With asp, use setup --replace-key.',
  property_refused: 'With asp, use --key-delivery or --key-format.',
};

/** The text for standard error, one or more lines. */
export function describeError(error: unknown): string {
  if (error instanceof IssuerError) return shown(`${error.message} ${FIXES[error.code]}`);
  if (error instanceof SetupError) return shown([error.message, CLI_NAMES[error.code]].filter(Boolean).join(' '));
  if (error instanceof CodedError) return shown(error.message);
  // A bug in this software. Its message may hold anything, so show only its kind and place.
  const [, place = ''] = error instanceof Error ? (error.stack ?? '').split(/\n\s*at /) : [];
  const kind = error instanceof Error ? error.name : typeof error;
  return `Internal error: ${kind} ${place}. Please report it.`;
}

function shown(message: string): string {
  return message.split('\n').map(printable).join('\n');
}
