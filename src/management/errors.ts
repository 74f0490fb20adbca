/** The errors of calls to a tenant's Management API, and of setting up a tenant. Each code calls for one action. */
import { CodedError } from '../core/errors.ts';

export type SetupErrorCode =
  /** The tenant does not know the management client, its secret, or its right to the Management API. */
  | 'management_client_refused'
  /** The management client lacks a scope, which the message names. */
  | 'management_scope_missing'
  /** The rate limit lasts longer than the time that is left. */
  | 'management_throttled'
  /** No response, or 5xx, in the time that is left. */
  | 'management_unavailable'
  /** A response that cannot be read: a redirect, not JSON, too large, or without what it must hold. */
  | 'management_malformed'
  /** The tenant refused a request for a reason of its own (400, 404, 409, …). */
  | 'management_refused'
  | 'resource_server_not_found'
  /** The tenant does not accept a key property. */
  | 'property_refused'
  /** The tenant does not remove a key property. */
  | 'property_kept'
  /** The tenant may read another key property, which is not ours, before ours. */
  | 'property_foreign'
  /** A warning: the tenant accepted our key but does not show it. */
  | 'key_unseen'
  /** The tenant accepted the grant but left out a scope. */
  | 'scope_dropped'
  /** A warning: other deployments use the same client grant. */
  | 'grant_shared'
  /** Another deployment is removing its scopes from the grant at this moment. */
  | 'grant_being_restored'
  /** Another deployment is removing the scope from the resource server at this moment. */
  | 'scope_being_withdrawn'
  /** The property holds a key of this software that another deployment may be using. */
  | 'key_in_use'
  /** The tenant already holds the key of this deployment, but there is no record of it. */
  | 'record_missing'
  /** App specific passwords are not enabled for the tenant. */
  | 'feature_missing'
  /** The tenant has no introspection endpoint. */
  | 'introspection_missing'
  /** The introspection endpoint accepts an assertion signed by an unknown key. */
  | 'assertion_unchecked'
  /** Something could not be checked. */
  | 'not_checked'
  /** The record of what was there before is not valid. */
  | 'record_invalid';

/**
 * Thrown, or returned as a warning, when a tenant cannot be set up as configured. Contains no secret, and no `cause`
 * that may contain one.
 */
export class SetupError extends CodedError<SetupErrorCode> {}

/** A request that the tenant understood and refused, with its reason. */
export class ManagementRefusal extends SetupError {
  readonly status: number;
  /** The tenant's own words: shortened, printable, without our secrets; `""` if it gave none. */
  readonly reason: string;

  constructor(message: string, { status, reason }: { readonly status: number; readonly reason: string }) {
    super('management_refused', message);
    this.status = status;
    this.reason = reason;
  }
}
