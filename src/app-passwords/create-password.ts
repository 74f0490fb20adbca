/**
 * Creates an app specific password for the caller. Its value is returned only when everything that must be known about it is stored: if
 * the expiry cannot be stored, the password is deleted again, and nobody has seen its value.
 */
import type { ApplicationPasswords, NewApplicationPassword } from '../management/application-passwords.ts';
import { expiryId } from '../shared-state/expiry-id.ts';
import { audit, notify, safeFailure } from './audit.ts';
import type { Caller } from './caller.ts';
import { completingPasswords, countUserCall, limitedPasswords, MAXIMUM_PASSWORDS } from './limits.ts';
import type { NewPassword } from './new-password.ts';
import { type PasswordView, passwordView } from './password-view.ts';
import type { AppPasswordPorts } from './ports.ts';
import { Problem } from './problem.ts';

export interface CreatedPassword extends PasswordView {
  /** The password itself. It is in no other response, and in no log. */
  readonly value: string;
}

/** Who makes what, for which audience. */
interface Creation {
  readonly caller: Caller;
  readonly request: NewPassword;
  readonly audience: string;
}

/**
 * @throws Problem `rate_limited`, `too_many_app_passwords`, `tenant_throttled` or `tenant_unavailable`
 * @throws SetupError `management_…`
 */
export async function createPassword(ports: AppPasswordPorts, creation: Creation): Promise<CreatedPassword> {
  const { caller, audience } = creation;
  const { subject, clientId } = caller;
  await countUserCall(ports, 'create', subject);
  // Before the password exists, because it must not exist without its expiry.
  const secret = creation.request.expiresInSeconds === undefined ? undefined : await ports.expirySecret();
  const passwords = await limitedPasswords(ports);
  if ((await countOwn(passwords, creation)) >= MAXIMUM_PASSWORDS) throw tooMany();
  const { label, scopes } = creation.request;
  const created = await passwords.create(subject, { label, audience, scopes });
  const expiresAt = await completeOrUndo(ports, { ...creation, created, secret });
  const what = { subject, passwordId: created.id, scopes, expiresAt };
  audit(ports, audience, { action: 'create', outcome: 'created', clientId, ...what });
  await notify(ports, audience, { type: 'app_password_created', label, ...what });
  const expiry = expiresAt === undefined ? undefined : { expiresAt };
  return { ...passwordView({ ...created, label, scopes }, expiry, ports.clock()), value: created.value };
}

interface Completion extends Creation {
  readonly created: NewApplicationPassword;
  readonly secret: string | undefined;
}

/**
 * The limit does not stop halfway what it has allowed.
 *
 * @returns when the password expires, in epoch seconds
 */
async function completeOrUndo(ports: AppPasswordPorts, completion: Completion): Promise<number | undefined> {
  try {
    assertAsRequested(completion);
    const expiresAt = await addExpiry(ports, completion);
    await assertStillOneOfFew(ports, completion);
    return expiresAt;
  } catch (error) {
    await undo(ports, completion);
    throw error;
  }
}

/** Uses a new connection, because the first may have no time left. The expiry goes last: while the tenant has the password, it must end. */
async function undo(ports: AppPasswordPorts, { caller, audience, created, secret }: Completion): Promise<void> {
  const { subject, clientId } = caller;
  try {
    await (await completingPasswords(ports)).remove(subject, created.id);
    if (secret !== undefined) await ports.expiries.remove(expiryId(secret, created.value));
  } catch (error) {
    const what = { subject, clientId, passwordId: created.id, failure: safeFailure(error) };
    audit(ports, audience, { action: 'undo', outcome: 'failed', ...what });
  }
}

/** A tenant that makes another password than the requested one must not make the user trust it. */
function assertAsRequested({ created, request, audience }: Completion): void {
  const isSame = created.audience === audience && created.scopes.every((scope) => request.scopes.includes(scope));
  if (isSame) return;
  throw new Problem(
    'tenant_unavailable',
    'The app password could not be created as requested. Look at the list, then try again.',
  );
}

async function addExpiry(
  { expiries, clock }: AppPasswordPorts,
  { created, request, caller, secret }: Completion,
): Promise<number | undefined> {
  const { expiresInSeconds } = request;
  if (expiresInSeconds === undefined || secret === undefined) return undefined;
  const expiresAt = Math.floor(clock() / 1000) + expiresInSeconds;
  const id = expiryId(secret, created.value);
  await expiries.add({ id, subject: caller.subject, passwordId: created.id, expiresAt });
  return expiresAt;
}

/**
 * Requests at the same time can each find room for one more. So the list is read again, and the newest passwords above the limit are
 * deleted.
 */
async function assertStillOneOfFew(ports: AppPasswordPorts, completion: Completion): Promise<void> {
  const { caller, audience, created } = completion;
  const passwords = await completingPasswords(ports);
  const own = (await passwords.list(caller.subject)).filter((password) => password.audience === audience);
  const self = own.find(({ id }) => id === created.id) ?? created;
  const older = own.filter((password) => password.id !== self.id && isOlder(password, self));
  if (older.length >= MAXIMUM_PASSWORDS) throw tooMany();
}

/** A password without a time counts as the newest. */
function isOlder(one: Pick<NewApplicationPassword, 'id' | 'createdAt'>, other: typeof one): boolean {
  const [time, otherTime] = [one.createdAt ?? '\uFFFF', other.createdAt ?? '\uFFFF'];
  return time === otherTime ? one.id < other.id : time < otherTime;
}

async function countOwn(passwords: ApplicationPasswords, { caller, audience }: Creation): Promise<number> {
  return (await passwords.list(caller.subject)).filter((password) => password.audience === audience).length;
}

function tooMany(): Problem {
  return new Problem(
    'too_many_app_passwords',
    `You have ${MAXIMUM_PASSWORDS} app passwords, which is the most. Delete one that you no longer use.`,
  );
}
