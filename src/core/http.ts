/** The port through which every HTTP request is sent. `src/http/` implements it; tests pass in their own. */

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Absolute; https, or http to loopback. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** How long the request may take until the last byte of the response, in milliseconds. */
  readonly timeoutMs: number;
  /** Whether the request gets a connection of its own. An idle one may have died, and then the request fails. @default false */
  readonly isOnOwnConnection?: boolean;
  /** The largest body that is accepted. @default 256 KiB */
  readonly maximumBytes?: number;
}

/** A response of any status, read to its end. */
export interface HttpResponse {
  readonly status: number;
  /** By lower-case name; repeated fields joined by a comma. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

/** Why there is no response. Only `connection` is worth an immediate retry. */
export type HttpFailureReason = 'connection' | 'timeout' | 'too_large' | 'not_text' | 'protocol';

/** Thrown by an HTTP port if there is no response. The message names neither URL nor content. */
export class HttpFailure extends Error {
  readonly reason: HttpFailureReason;

  constructor(reason: HttpFailureReason, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = 'HttpFailure';
    this.reason = reason;
  }
}

/**
 * Sends one request and reads one response: redirects are not followed, the body is bounded, nothing is retried.
 *
 * @throws HttpFailure
 */
export type HttpPort = (request: HttpRequest) => Promise<HttpResponse>;
