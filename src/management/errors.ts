/** Errors between this software and a tenant's Management API. Each code asks for one action. */
import { CodedError } from '../core/errors.ts';

export type SetupErrorCode =
  /** The tenant does not know the management client, its secret, or its right to the Management API. */
  | 'management_client_refused'
  /** The management client lacks a scope, which the message names. */
  | 'management_scope_missing'
  /** The rate limit is longer than the time that is left. */
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
  /** A key property that is not ours, and in which the tenant looks before it looks for ours. */
  | 'property_foreign'
  /** The tenant accepted the grant but left out a scope. */
  | 'scope_dropped'
  /** A warning: other deployments use the same client grant. */
  | 'grant_shared'
  /** Another deployment is taking its scopes out of the grant at this moment. */
  | 'grant_being_restored'
  /** The property holds a key of this software that another deployment may be using. */
  | 'key_in_use'
  /** The tenant holds the key of this deployment already, and no record says so. */
  | 'record_missing'
  /** App specific passwords are not enabled for the tenant. */
  | 'feature_missing'
  /** The tenant has no introspection endpoint. */
  | 'introspection_missing'
  /** The introspection endpoint accepts an assertion signed by an unknown key. */
  | 'assertion_unchecked'
  /** Something could not be checked. */
  | 'not_checked'
  /** The record of what was there before is not one of ours. */
  | 'record_invalid';

/** Thrown, or handed back as a warning, when a tenant cannot be set up as wanted. Never holds a secret, nor a `cause` that may. */
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
