/**
 * Finds out in which format a server reads the body of an introspection request. Auth0's draft documentation says form, as
 * RFC 7662 does, but both public client programs send JSON. So a request that is refused in one format is sent once more in
 * the other, and the format that worked is remembered.
 */
import type { HttpResponse } from '../core/http.ts';
import { oauthErrorOf } from './oauth-error.ts';

export type BodyFormat = 'json' | 'form';

/** The formats of one server, the likeliest first. */
export class BodyFormats {
  readonly #formats: readonly [BodyFormat, ...BodyFormat[]];
  #working: BodyFormat | undefined;

  constructor(formats: readonly [BodyFormat, ...BodyFormat[]]) {
    this.#formats = formats;
  }

  /**
   * Sends a request, and once more in the other format if the first one may be the reason for a refusal.
   *
   * @param send sends the request in one format
   * @returns the first response if the server refuses both formats, because then the format is not the reason
   */
  async send(send: (format: BodyFormat) => Promise<HttpResponse>): Promise<HttpResponse> {
    const first = this.#working ?? this.#formats[0];
    const other = this.#formats.find((format) => format !== first);
    const response = await send(first);
    if (other === undefined || !this.#mayBeAboutFormat(response)) return this.#remember(first, response);
    const second = await send(other);
    return isRefusal(second) ? response : this.#remember(other, second);
  }

  /** Once a format has worked, a 400 is about the credential in the request, and must not double the calls. */
  #mayBeAboutFormat(response: HttpResponse): boolean {
    return isRefusal(response) && (response.status === 415 || this.#working === undefined);
  }

  #remember(format: BodyFormat, response: HttpResponse): HttpResponse {
    if (response.status === 200) this.#working = format;
    return response;
  }
}

/** `invalid_client` shows that the server has read the body. */
function isRefusal(response: HttpResponse): boolean {
  return [400, 415].includes(response.status) && oauthErrorOf(response)?.code !== 'invalid_client';
}

export function contentTypeOf(format: BodyFormat): string {
  return format === 'json' ? 'application/json' : 'application/x-www-form-urlencoded';
}

export function encodeBody(format: BodyFormat, parameters: Readonly<Record<string, string>>): string {
  return format === 'json' ? JSON.stringify(parameters) : new URLSearchParams(parameters).toString();
}
