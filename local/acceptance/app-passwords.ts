/** Creates app specific passwords for the test user, and deletes them. Remembers each, so that none is left behind. */
import type { ManagementConnection } from '../../src/management/management-connection.ts';
import type { Redactor } from './redactor.ts';

export interface AppPassword {
  readonly id: string;
  readonly value: string;
}

interface Settings {
  readonly connect: () => Promise<ManagementConnection>;
  readonly redactor: Redactor;
  readonly userId: string;
  readonly audience: string;
  /** Says where the passwords come from. */
  readonly label: string;
}

export class AppPasswords {
  readonly #settings: Settings;
  readonly #ids = new Set<string>();

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** @throws SetupError `management_…` */
  async create(scopes: readonly string[]): Promise<AppPassword> {
    const { connect, redactor, userId, audience, label } = this.#settings;
    const { applicationPasswords } = await connect();
    const { id, value } = await applicationPasswords.create(userId, { label, audience, scopes });
    this.#ids.add(id);
    redactor.add(value);
    return { id, value };
  }

  /** @throws SetupError `management_…` */
  async remove(id: string): Promise<void> {
    const { applicationPasswords } = await this.#settings.connect();
    await applicationPasswords.remove(this.#settings.userId, id);
    this.#ids.delete(id);
  }

  /**
   * Deletes those that are left, also any that the tenant created without a response reaching us.
   *
   * @throws SetupError `management_…`
   */
  async removeAll(): Promise<void> {
    const { connect, userId, label } = this.#settings;
    const { applicationPasswords } = await connect();
    const listed = (await applicationPasswords.list(userId)).filter((one) => one.label === label);
    for (const id of new Set([...this.#ids, ...listed.map((one) => one.id)])) await this.remove(id);
  }
}
