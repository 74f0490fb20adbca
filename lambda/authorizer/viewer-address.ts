/**
 * Finds the address of a viewer behind a CDN, where the event's own address is that of the CDN's edge. Trusts the CDN's header
 * only if the request also has the origin secret, because a caller who reaches the API directly can write any header.
 */
import { hash, timingSafeEqual } from 'node:crypto';
import { ORIGIN_SECRET_HEADER } from '../../src/config/defaults.ts';
import type { Clock } from '../../src/core/clock.ts';
import { type Headers, headerValues } from './header-values.ts';

export interface ViewerAddressSettings {
  /** The header with the address. */
  readonly header: string;
  /** Reads the current origin secret and, while it is being changed, the previous one. */
  readonly readSecrets: () => Promise<readonly string[]>;
  readonly clock: Clock;
}

/** The minimum time between two reads, so that wrong secrets cannot cause a flood of them. */
const READ_PAUSE_MS = 30_000;

const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;

export class ViewerAddress {
  readonly #settings: ViewerAddressSettings;
  #known: readonly string[] | undefined;
  #reading: Promise<readonly string[]> | undefined;
  #readAtMs = 0;

  constructor(settings: ViewerAddressSettings) {
    this.#settings = settings;
  }

  /**
   * Returns the viewer's address; `undefined` if the request did not come through the CDN, or the header has not exactly one
   * address.
   *
   * @throws IssuerError or ConfigurationError if the secret cannot be read: the edge's address in its place would let one viewer
   *   lock a user out for all others
   */
  async of(headers: Headers | null | undefined): Promise<string | undefined> {
    const [secret, ...otherSecrets] = headerValues(headers, ORIGIN_SECRET_HEADER);
    if (secret === undefined || otherSecrets.length > 0 || !(await this.#isKnown(secret))) return undefined;
    const name = this.#settings.header.toLowerCase();
    const [value, ...others] = headerValues(headers, name);
    return value === undefined || others.length > 0 ? undefined : addressIn(name, value);
  }

  async #isKnown(secret: string): Promise<boolean> {
    const isAmong = (known: readonly string[]) => known.some((candidate) => isSame(candidate, secret));
    const known = this.#known ?? (await this.#read());
    if (isAmong(known)) return true;
    // The secret may have changed. If it cannot be read now, the known ones stay in use: a wrong secret must not stop other callers.
    if (this.#settings.clock() - this.#readAtMs < READ_PAUSE_MS) return false;
    return isAmong(await this.#read().catch(() => known));
  }

  /** Concurrent callers share one read. */
  async #read(): Promise<readonly string[]> {
    this.#readAtMs = this.#settings.clock();
    this.#reading ??= this.#settings.readSecrets().finally(() => {
      this.#reading = undefined;
    });
    this.#known = await this.#reading;
    return this.#known;
  }
}

/** Compares in constant time. */
function isSame(one: string, other: string): boolean {
  return timingSafeEqual(hash('sha256', one, 'buffer'), hash('sha256', other, 'buffer'));
}

/** CloudFront writes the address, a colon and the port; an IPv6 address may be in brackets. */
function addressIn(name: string, value: string): string | undefined {
  if (name !== 'cloudfront-viewer-address') return isAddress(value) ? value : undefined;
  const { bracketed, plain } = /^(?:\[(?<bracketed>[^\]]+)\]|(?<plain>[^[\]]+)):\d{1,5}$/.exec(value)?.groups ?? {};
  const text = bracketed ?? plain;
  return text !== undefined && isAddress(text) ? text : undefined;
}

/** The parser of URLs knows every form of an IPv6 address. */
function isAddress(text: string): boolean {
  return IPV4.test(text) || (/^[0-9a-f:.]+$/i.test(text) && URL.canParse(`http://[${text}]/`));
}
