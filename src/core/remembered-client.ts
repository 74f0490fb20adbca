/**
 * A client's id and secret, read from where they are kept when first needed. When a server refuses them they may have been
 * changed there, so they are read again, but at most every 30 s, whoever is refused.
 */
import type { Clock } from './clock.ts';

/** A confidential client (RFC 6749 section 2.1). */
export interface ClientCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

const READ_AGAIN_MS = 30_000;

export class RememberedClient<Client extends ClientCredentials = ClientCredentials> {
  readonly #readAnew: () => Promise<Client>;
  readonly #clock: Clock;
  #client: Client | undefined;
  #forgetFromMs = Number.NEGATIVE_INFINITY;

  constructor(readAnew: () => Promise<Client>, clock: Clock) {
    this.#readAnew = readAnew;
    this.#clock = clock;
  }

  async read(): Promise<Client> {
    this.#client ??= await this.#readAnew();
    return this.#client;
  }

  /** To be told when a server refused the client. */
  refused(): void {
    const nowMs = this.#clock();
    if (nowMs < this.#forgetFromMs) return;
    this.#forgetFromMs = nowMs + READ_AGAIN_MS;
    this.#client = undefined;
  }
}

/**
 * The header of a client that authenticates with its secret.
 *
 * @see RFC 6749 section 2.3.1: both parts are form-encoded first
 */
export function clientSecretBasic({ clientId, clientSecret }: ClientCredentials): string {
  const encode = (text: string) => new URLSearchParams({ '': text }).toString().slice(1);
  return `Basic ${Buffer.from(`${encode(clientId)}:${encode(clientSecret)}`).toString('base64')}`;
}
