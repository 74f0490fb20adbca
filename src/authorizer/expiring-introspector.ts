/**
 * Gives app specific passwords an expiry, which the tenant does not know. The principal gets the expiry, so every cache ends in time.
 */
import { looksLikeApplicationPassword } from '../core/application-password.ts';
import { CredentialError } from '../core/errors.ts';
import { APPLICATION_SPECIFIC_PASSWORD, type Principal } from '../core/principal.ts';
import type { Introspector } from '../issuer/introspector.ts';
import type { CallContext } from '../issuer/issuer-endpoint.ts';
import type { Expiries } from '../shared-state/expiries.ts';
import type { TableObserver } from '../shared-state/table-access.ts';

/** The context of a decision, whose observer is told about tables too. */
type Context = CallContext & { readonly observe?: TableObserver | undefined };

export class ExpiringIntrospector implements Introspector {
  readonly #introspector: Introspector;
  readonly #expiries: Expiries;

  constructor(introspector: Introspector, expiries: Expiries) {
    this.#introspector = introspector;
    this.#expiries = expiries;
  }

  /**
   * Introspects a token. Reads the expiry of what looks like an app specific password at the same time, and of any other token only if
   * it turns out to be one.
   *
   * @throws what the introspection throws
   * @throws CredentialError `token_expired`
   * @throws SharedStateError `expiries_unreadable`
   */
  async introspect(token: string, context: Context, audiences?: readonly string[]): Promise<Principal> {
    const introspection = this.#introspector.introspect(token, context, audiences);
    if (!looksLikeApplicationPassword(token)) return this.#withExpiry(await introspection, token, context);
    const expiry = this.#expiries.of(token, context.observe);
    const [introspected, read] = await Promise.allSettled([introspection, expiry]);
    if (introspected.status === 'fulfilled') return this.#withExpiry(introspected.value, token, context, expiry);
    const isOutage = !(introspected.reason instanceof CredentialError);
    if (isOutage && read.status === 'fulfilled') this.#assertNotPast(read.value);
    throw introspected.reason;
  }

  async #withExpiry(
    principal: Principal,
    token: string,
    { observe }: Context,
    expiry?: Promise<number | undefined>,
  ): Promise<Principal> {
    if (principal.tokenType !== APPLICATION_SPECIFIC_PASSWORD) return principal;
    const expiresAt = await (expiry ?? this.#expiries.of(token, observe));
    this.#assertNotPast(expiresAt);
    if (expiresAt === undefined) return principal;
    return { ...principal, expiresAt: Math.min(expiresAt, principal.expiresAt ?? expiresAt) };
  }

  #assertNotPast(expiresAt: number | undefined): void {
    if (expiresAt !== undefined && this.#expiries.isPast(expiresAt))
      throw new CredentialError('token_expired', 'The app specific password has expired.');
  }
}
