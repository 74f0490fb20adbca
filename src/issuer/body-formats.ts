/**
 * Finds out in which format a server reads the body of an introspection request. Auth0's draft documentation says form, as
 * RFC 7662 does, but both public client programs send JSON. So a request that is refused in one format is sent once more in
 * the other, and the format that worked is remembered.
 */
import type { Clock } from '../core/clock.ts';
import type { HttpResponse } from '../core/http.ts';
import { oauthErrorOf } from './oauth-error.ts';

export type BodyFormat = 'json' | 'form';

/** Once a format has worked, a 400 is most likely about the credential in the request, and must not double the calls. */
const RETRY_PAUSE_MS = 30_000;

/** The formats of one server, the likeliest first. */
export class BodyFormats {
  readonly #formats: readonly [BodyFormat, ...BodyFormat[]];
  readonly #clock: Clock;
  #working: BodyFormat | undefined;
  #comparedAtMs = 0;

  constructor(formats: readonly [BodyFormat, ...BodyFormat[]], clock: Clock) {
    this.#formats = formats;
    this.#clock = clock;
  }

  /**
   * Sends a request, and once more in the other format if the first one may be the reason for a refusal.
   *
   * @param send sends the request in one format
   * @returns the first response if the server refuses both formats, because then the format is not the reason. A server that refuses
   *   the client in one of them has read it
   */
  async send(send: (format: BodyFormat) => Promise<HttpResponse>): Promise<HttpResponse> {
    const first = this.#working ?? this.#formats[0];
    const other = this.#formats.find((format) => format !== first);
    const response = await send(first);
    if (other === undefined || !this.#mayBeAboutFormat(response)) return this.#remember(first, response);
    this.#comparedAtMs = this.#clock();
    const second = await send(other);
    return isRefusal(second) && !isInvalidClient(second) ? response : this.#remember(other, second);
  }

  #mayBeAboutFormat(response: HttpResponse): boolean {
    if (this.#working === undefined || response.status === 415) return isRefusal(response);
    return isRefusal(response) && this.#clock() - this.#comparedAtMs >= RETRY_PAUSE_MS;
  }

  #remember(format: BodyFormat, response: HttpResponse): HttpResponse {
    if (response.status === 200) this.#working = format;
    return response;
  }
}

/** A server that cannot read the body may find no client in it, so `invalid_client` counts too. */
function isRefusal({ status }: HttpResponse): boolean {
  return status === 400 || status === 415;
}

function isInvalidClient(response: HttpResponse): boolean {
  return oauthErrorOf(response)?.code === 'invalid_client';
}

export function contentTypeOf(format: BodyFormat): string {
  return format === 'json' ? 'application/json' : 'application/x-www-form-urlencoded';
}

export function encodeBody(format: BodyFormat, parameters: Readonly<Record<string, string>>): string {
  return format === 'json' ? JSON.stringify(parameters) : new URLSearchParams(parameters).toString();
}
