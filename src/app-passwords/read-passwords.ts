/** Lists the caller's own app specific passwords for one audience, with the expiries that the tenant does not know. */
import type { Caller } from './caller.ts';
import { countUserCall, limitedPasswords, MAXIMUM_PASSWORDS } from './limits.ts';
import { type PasswordView, passwordView } from './password-view.ts';
import type { AppPasswordPorts } from './ports.ts';

export interface PasswordList {
  readonly appPasswords: readonly PasswordView[];
  /** The scopes that a new password can have. */
  readonly scopes: readonly string[];
  /** How many passwords the caller can have. */
  readonly maximum: number;
}

/** @throws Problem `rate_limited` or `tenant_throttled` @throws SetupError `management_…` */
export async function listPasswords(ports: AppPasswordPorts, caller: Caller, audience: string): Promise<PasswordList> {
  const appPasswords = await ownPasswords(ports, caller, audience);
  return { appPasswords, scopes: caller.grantable, maximum: MAXIMUM_PASSWORDS };
}

/** The newest password first. */
export async function ownPasswords(
  ports: AppPasswordPorts,
  { subject }: Caller,
  audience: string,
): Promise<readonly PasswordView[]> {
  await countUserCall(ports, 'list', subject);
  const passwords = await limitedPasswords(ports);
  const [all, expiries] = await Promise.all([passwords.list(subject), ports.expiries.ofUser(subject)]);
  const nowMs = ports.clock();
  return all
    .filter((password) => password.audience === audience)
    .map((password) => {
      const expiry = expiries.find(({ passwordId }) => passwordId === password.id);
      return passwordView(password, expiry, nowMs);
    })
    .sort((one, other) => (other.createdAt ?? '').localeCompare(one.createdAt ?? ''));
}
