/** Keeps secrets out of what the acceptance run prints: each secret that it has ever held is replaced. */

/** A shorter text may be part of an ordinary word, and protects nothing. */
const SHORTEST_SECRET = 6;
/** A secret that is encoded together with a username. */
const BASIC_CREDENTIAL = /\bBasic [\w+/=-]{8,}/g;
/** Contains nothing that a secret may contain. */
const REPLACEMENT = '[…]';

export class Redactor {
  readonly #secrets = new Set<string>();

  /** Remembers secrets. Each is also recognized in JSON and in a URL. */
  add(...secrets: readonly (string | undefined)[]): void {
    for (const secret of secrets) {
      if (secret === undefined || secret.length < SHORTEST_SECRET) continue;
      for (const form of [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)]) {
        this.#secrets.add(form);
      }
    }
  }

  /** Replaces every secret in a text. */
  redact(text: string): string {
    // The longest first, because one secret may contain another.
    const secrets = [...this.#secrets].sort((a, b) => b.length - a.length);
    const redacted = secrets.reduce((each, secret) => each.replaceAll(secret, REPLACEMENT), text);
    return redacted.replaceAll(BASIC_CREDENTIAL, `Basic ${REPLACEMENT}`);
  }
}
