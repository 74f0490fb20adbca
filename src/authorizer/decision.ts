/** The decision about a request, before it is translated for a kind of API. */
import type {
  ConfigurationErrorCode,
  CredentialErrorCode,
  IssuerErrorCode,
  SharedStateErrorCode,
} from '../core/errors.ts';
import type { Principal } from '../core/principal.ts';

/** Why a principal may not call a route. */
export type DenialCode = 'scope_missing' | 'route_unknown';

export type Decision =
  | {
      readonly outcome: 'allow';
      readonly principal: Principal;
      readonly cacheHit: boolean;
      /** The signed principal for the backend. Only with `principalToken`. */
      readonly token?: string;
    }
  | {
      /** The credential is valid but may not call this route: 403. */
      readonly outcome: 'deny';
      readonly reason: DenialCode;
      readonly principal: Principal;
      readonly requiredScopes: readonly string[];
      readonly cacheHit: boolean;
    }
  /** The credential is missing or not valid: 401. */
  | { readonly outcome: 'unauthenticated'; readonly reason: CredentialErrorCode; readonly message: string }
  /** The credential could not be checked, because of an outage or of our own configuration: 5xx. */
  | {
      readonly outcome: 'unavailable';
      readonly reason: IssuerErrorCode | ConfigurationErrorCode | SharedStateErrorCode;
      readonly message: string;
    };
