/** The settings with which the authorizer learns a viewer's address from a CDN in front of the API, such as CloudFront. */
import { check, pipe, string } from 'valibot';
import { ORIGIN_SECRET_HEADER } from './defaults.ts';
import { expecting } from './parse.ts';

const HEADER_NAME = /^[A-Za-z0-9-]{1,64}$/;
/** `X-Forwarded-For` also holds addresses that the caller wrote. */
const UNSUITABLE = ['x-forwarded-for', 'forwarded', 'authorization', ORIGIN_SECRET_HEADER];

const VIEWER_ADDRESS_HEADER = expecting(
  'the name of the header in which the CDN writes one address, such as "CloudFront-Viewer-Address", but not X-Forwarded-For',
);

export const viewerAddressHeader = pipe(
  string(VIEWER_ADDRESS_HEADER),
  check((name) => HEADER_NAME.test(name) && !UNSUITABLE.includes(name.toLowerCase()), VIEWER_ADDRESS_HEADER),
);

export interface ViewerAddressKeys {
  readonly viewerAddressHeader?: string | undefined;
  readonly originSecret?: string | undefined;
}

/** Without the secret, any caller could write the header, and so choose the address that guesses count against. */
export function viewerAddressFault({ viewerAddressHeader: header, originSecret }: ViewerAddressKeys) {
  if ((header === undefined) === (originSecret === undefined)) return undefined;
  return header === undefined
    ? 'missing; originSecret is only used together with it, so set both or neither'
    : 'originSecret is missing; a caller could write this header too, so set the secret with which the CDN proves its requests';
}
