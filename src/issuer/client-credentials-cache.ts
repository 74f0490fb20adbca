/**
 * Caches a client's id with its secret or key, read from the store on first use. If the server refuses them, the stored secret may
 * have changed, so they are read again, but at most every 30 s.
 */
import type { ClientCredentials, ClientKey, SecretClient } from '../core/client-credentials.ts';
import type { Clock } from '../core/clock.ts';

const READ_AGAIN_MS = 30_000;

export class ClientCredentialsCache<Client extends ClientCredentials = ClientCredentials> {
  readonly #readFromStore: () => Promise<Client>;
  readonly #clock: Clock;
  #client: Promise<Client> | undefined;
  #readAgainFromMs = Number.NEGATIVE_INFINITY;

  constructor(readFromStore: () => Promise<Client>, clock: Clock) {
    this.#readFromStore = readFromStore;
    this.#clock = clock;
  }

  /**
   * Sends a request as the client. If the server refuses the client and the stored secret has changed, sends it once more.
   *
   * @param isRefusal returns whether the server refused the client
   */
  async request<Response>(
    send: (client: Client) => Promise<Response>,
    isRefusal: (response: Response) => boolean,
  ): Promise<Response> {
    const client = await this.#read();
    const response = await send(client);
    if (!isRefusal(response)) return response;
    const changed = await this.#changedFrom(client);
    return changed ? send(changed) : response;
  }

  /** Returns the stored client if it differs from the refused one. May read the store again. */
  async #changedFrom(refused: Client): Promise<Client | undefined> {
    const known = await this.#read();
    if (isSame(known, refused) && this.#clock() >= this.#readAgainFromMs) this.#readAgain(known);
    // Meanwhile, another request may have started to read the store again.
    const client = await this.#read();
    return isSame(client, refused) ? undefined : client;
  }

  /** If this fails, keeps the known client, because the server's refusal is what must be reported. */
  #readAgain(known: Client): void {
    this.#readAgainFromMs = this.#clock() + READ_AGAIN_MS;
    this.#client = this.#readFromStore().catch(() => known);
  }

  #read(): Promise<Client> {
    this.#client ??= this.#readFromStore().catch((error: unknown) => {
      // Do not cache a failure: the next caller reads again.
      this.#client = undefined;
      throw error;
    });
    return this.#client;
  }
}

function isSame(one: ClientCredentials, other: ClientCredentials): boolean {
  return one.clientId === other.clientId && one.clientSecret === other.clientSecret && isSameKey(one.key, other.key);
}

function isSameKey(one: ClientKey | undefined, other: ClientKey | undefined): boolean {
  if (!one || !other) return one === other;
  return one.privateKey.equals(other.privateKey) && one.alg === other.alg && one.kid === other.kid;
}

/**
 * The `Authorization` header of a client that authenticates with its secret.
 *
 * Both parts are form-encoded first, which is not percent-encoding: a space becomes `+`, and `!` becomes `%21`.
 *
 * @see RFC 6749 section 2.3.1 and appendix B
 */
export function clientSecretBasic({ clientId, clientSecret }: SecretClient): string {
  // A space becomes %20 and not +, which some servers do not decode.
  const encode = (text: string) => new URLSearchParams({ '': text }).toString().slice(1).replaceAll('+', '%20');
  return `Basic ${Buffer.from(`${encode(clientId)}:${encode(clientSecret)}`).toString('base64')}`;
}
