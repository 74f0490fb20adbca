/**
 * Deletes one of the caller's own app specific passwords, and tells whether it has stopped working. A deletion is written down before it
 * begins, so that a repeated request completes what a failure has interrupted: the password is deleted at the tenant, then the revocation is
 * queued, then the expiry is removed.
 */
import type { ApplicationPassword } from '../management/application-passwords.ts';
import { audit, notify } from './audit.ts';
import type { Caller } from './caller.ts';
import {
  type CachingSettings,
  type DeletionState,
  deletionId,
  deletionState,
  recordDeletion,
  revokedMs,
} from './deletion-state.ts';
import { countUserCall, limitedPasswords } from './limits.ts';
import type { PasswordView } from './password-view.ts';
import type { AppPasswordPorts, Deletion } from './ports.ts';
import { Problem } from './problem.ts';
import { ownPasswords } from './read-passwords.ts';

/** A password that is deleted. */
export interface DeletedPassword {
  readonly id: string;
  readonly state: DeletionState;
}

export interface DeletionSettings extends CachingSettings {
  readonly audience: string;
}

/** The ids of the tenant have this form. Nothing else is sent to it. */
const PASSWORD_ID = /^[\w-]{1,100}$/;

/**
 * Deletes a password. Deleting it again changes nothing, and neither does an id that is not the caller's.
 *
 * @throws Problem `rate_limited` or `tenant_throttled`
 * @throws SetupError `management_…`
 */
export async function deletePassword(
  ports: AppPasswordPorts,
  settings: DeletionSettings,
  { caller, passwordId }: { readonly caller: Caller; readonly passwordId: string },
): Promise<DeletedPassword> {
  if (!PASSWORD_ID.test(passwordId)) return { id: passwordId, state: 'stopped' };
  await countUserCall(ports, 'delete', caller.subject);
  const deletion = new PasswordDeletion(ports, settings, { caller, passwordId });
  return { id: passwordId, state: await deletion.perform() };
}

/**
 * Describes a password, deleted or not.
 *
 * @throws Problem `not_found`, `rate_limited` or `tenant_throttled`
 * @throws SetupError `management_…`
 */
export async function passwordState(
  ports: AppPasswordPorts,
  settings: DeletionSettings,
  { caller, passwordId }: { readonly caller: Caller; readonly passwordId: string },
): Promise<DeletedPassword | PasswordView> {
  if (!PASSWORD_ID.test(passwordId)) throw notFound();
  const deletion = new PasswordDeletion(ports, settings, { caller, passwordId });
  const known = await deletion.known();
  if (known?.deletedMs !== undefined) return { id: passwordId, state: await deletion.state(known) };
  const own = await ownPasswords(ports, caller, settings.audience);
  const found = own.find(({ id }) => id === passwordId);
  if (found) return found;
  if (known) return { id: passwordId, state: 'stopping' };
  throw notFound();
}

class PasswordDeletion {
  readonly #ports: AppPasswordPorts;
  readonly #settings: DeletionSettings;
  readonly #caller: Caller;
  readonly #passwordId: string;
  readonly #id: string;

  constructor(
    ports: AppPasswordPorts,
    settings: DeletionSettings,
    { caller, passwordId }: { readonly caller: Caller; readonly passwordId: string },
  ) {
    this.#ports = ports;
    this.#settings = settings;
    this.#caller = caller;
    this.#passwordId = passwordId;
    this.#id = deletionId(caller.subject, passwordId);
  }

  /** @returns `undefined` if no deletion has begun */
  known(): Promise<Deletion | undefined> {
    return this.#ports.deletions.read(this.#id);
  }

  async state(deletion: Deletion): Promise<DeletionState> {
    return this.#stateOf(deletion, await this.#revokedMs(deletion));
  }

  async perform(): Promise<DeletionState> {
    const deletion = await this.known();
    return deletion?.deletedMs === undefined ? this.#begin(deletion !== undefined) : this.#continue(deletion);
  }

  /** @param hasBegun whether an earlier request began to delete it */
  async #begin(hasBegun: boolean): Promise<DeletionState> {
    const found = await this.#find();
    if (!found && !hasBegun) return this.#stateOfUnknown();
    await this.#deleteAtTenant(found !== undefined);
    try {
      await this.#finish();
    } finally {
      await this.#notify(found);
    }
    return 'stopping';
  }

  /** Another request may have begun to delete it after this one looked, and before this one read the list. */
  async #stateOfUnknown(): Promise<DeletionState> {
    const deletion = await this.known();
    if (deletion === undefined) return 'stopped';
    return deletion.deletedMs === undefined ? 'stopping' : this.#continue(deletion);
  }

  async #continue(deletion: Deletion): Promise<DeletionState> {
    const sinceMs = await this.#revokedMs(deletion);
    // The mark is not there yet: perhaps because the revocation was never queued.
    if (sinceMs === undefined) await this.#finish();
    return this.#stateOf(deletion, sinceMs);
  }

  async #find(): Promise<ApplicationPassword | undefined> {
    const passwords = await limitedPasswords(this.#ports);
    const all = await passwords.list(this.#caller.subject);
    return all.find(({ id, audience }) => id === this.#passwordId && audience === this.#settings.audience);
  }

  async #deleteAtTenant(isThere: boolean): Promise<void> {
    const { subject, clientId } = this.#caller;
    const passwordId = this.#passwordId;
    if (isThere) {
      await recordDeletion(this.#ports, this.#id, {});
      const passwords = await limitedPasswords(this.#ports);
      await passwords.remove(subject, passwordId);
    }
    await recordDeletion(this.#ports, this.#id, { deletedMs: this.#ports.clock() });
    const { audience } = this.#settings;
    audit(this.#ports, audience, { action: 'delete', outcome: 'deleted', subject, clientId, passwordId });
  }

  /** After the revocation, because the bus may be slow. */
  async #notify(found: ApplicationPassword | undefined): Promise<void> {
    const what = { subject: this.#caller.subject, passwordId: this.#passwordId };
    await notify(this.#ports, this.#settings.audience, { type: 'app_password_deleted', ...what, ...labelOf(found) });
  }

  async #finish(): Promise<void> {
    const { revoker, expiries, clock } = this.#ports;
    const { subject } = this.#caller;
    await revoker.revoke(subject);
    const own = (await expiries.ofUser(subject)).find(({ passwordId }) => passwordId === this.#passwordId);
    // Until the revocation is in effect, an expiry that has passed is what refuses the password. The sweep removes it.
    if (own && own.expiresAt * 1000 > clock()) await expiries.remove(own.id);
  }

  #revokedMs(deletion: Deletion): Promise<number | undefined> {
    return revokedMs(this.#ports, this.#id, { subject: this.#caller.subject, deletion });
  }

  #stateOf({ deletedMs }: Deletion, sinceMs: number | undefined): Promise<DeletionState> {
    return deletionState(this.#ports, { sinceMs, deletedMs }, this.#settings);
  }
}

function labelOf(found: ApplicationPassword | undefined) {
  return found && { label: found.label, scopes: found.scopes };
}

function notFound(): Problem {
  return new Problem('not_found', 'You have no app password with this id.');
}
