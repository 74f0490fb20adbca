/** What is answered to a request, before any gateway's words for it. */
import type { ConfigurationErrorCode, CredentialErrorCode, IssuerErrorCode } from '../core/errors.ts';
import type { Principal } from '../core/principal.ts';

/** Why a principal may not call a route. */
export type DenialCode = 'scope_missing' | 'route_unknown';

export type Decision =
  | { readonly outcome: 'allow'; readonly principal: Principal; readonly cacheHit: boolean }
  | {
      /** The credential is good, but not for this route: 403. */
      readonly outcome: 'deny';
      readonly reason: DenialCode;
      readonly principal: Principal;
      readonly requiredScopes: readonly string[];
      readonly cacheHit: boolean;
    }
  /** The credential proves nothing: 401. */
  | { readonly outcome: 'unauthenticated'; readonly reason: CredentialErrorCode }
  /** It could not be found out, by an outage or by what the operator has set up: 5xx. */
  | {
      readonly outcome: 'unavailable';
      readonly reason: IssuerErrorCode | ConfigurationErrorCode;
      readonly message: string;
    };
