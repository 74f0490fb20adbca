/** Errors as a person at a terminal reads them. Most rooms say all there is to say; the authorizer's core is terse. */

import { CodedError, IssuerError, type IssuerErrorCode } from '../core/errors.ts';
import { SetupError, type SetupErrorCode } from '../management/errors.ts';
import { printable } from './printable.ts';

const MENDS: Readonly<Record<IssuerErrorCode, string>> = {
  issuer_unavailable:
    "Check the tenant's URL (--verbose shows it), the network and the tenant's status page, then try again.",
  issuer_timeout: "Try again; if it stays so, look at the network and the tenant's status page.",
  issuer_throttled: "Wait a little, or find out what else uses up the tenant's rate limit.",
  issuer_circuit_open: 'Wait a little and try again.',
  issuer_malformed: 'Check that the URL is that of the tenant itself, not of a proxy or page in front of it.',
  issuer_client_refused: `Run "asp keys" to see which keys differ, "asp setup" to put yours on record; if they agree, have introspection by resource servers enabled for the tenant by Auth0's support.`,
  issuer_refused:
    "A 404 means that the tenant has no introspection: have the feature enabled by Auth0's support. Otherwise check the audience.",
};

/** Where the deployment's words for a setting are not those of the command line. */
const NAMES_HERE: { readonly [Code in SetupErrorCode]?: string } = {
  management_client_refused:
    'For asp these are AUTH0_CLIENT_ID, AUTH0_CLIENT_SECRET and --management-domain; --verbose shows where they come from.',
  resource_server_not_found: 'For asp that is --audience, or setup --create.',
  key_in_use: 'For asp that is setup --replace-key.',
  property_refused: 'For asp that is --key-delivery or --key-format.',
};

/** The whole text for standard error, one or more lines. */
export function describeError(error: unknown): string {
  if (error instanceof IssuerError) return shown(`${error.message} ${MENDS[error.code]}`);
  if (error instanceof SetupError) return shown([error.message, NAMES_HERE[error.code]].filter(Boolean).join(' '));
  if (error instanceof CodedError) return shown(error.message);
  // A defect of this software: its message may hold anything, so only its kind and place are told.
  const [, place = ''] = error instanceof Error ? (error.stack ?? '').split(/\n\s*at /) : [];
  const kind = error instanceof Error ? error.name : typeof error;
  return `Something went wrong that should not have: ${kind} ${place}. Please report it.`;
}

function shown(message: string): string {
  return message.split('\n').map(printable).join('\n');
}
