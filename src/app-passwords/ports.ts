/** What the rules of the self-service API need from outside: tables, the revocation, and notifications. */
import type { ApplicationPasswords } from '../management/application-passwords.ts';
import type { FlushState } from '../revocation/flush-schedule.ts';

/** The expiry of one app specific password. */
export interface Expiry {
  /** `expiryId` of the password's value: what the authorizer looks up. */
  readonly id: string;
  /** The user's `sub`. */
  readonly subject: string;
  /** The tenant's id of the password, such as `asp_…`. */
  readonly passwordId: string;
  /** Epoch seconds. */
  readonly expiresAt: number;
}

/** The table of expiries, with full access. The authorizer reads single items only. */
export interface ExpiryTable {
  /** Adds an expiry. Its id must be new. */
  add(expiry: Expiry): Promise<void>;
  /** The expiries of one user's passwords. */
  ofUser(subject: string): Promise<readonly Expiry[]>;
  /** The expiries that have passed, the earliest first. */
  due(nowSeconds: number, limit: number): Promise<readonly Expiry[]>;
  /** Some of all expiries, passed or not: empty only if there are none. */
  some(limit: number): Promise<readonly Expiry[]>;
  /** Succeeds if it is already gone. */
  remove(id: string): Promise<void>;
}

/** Counts that all instances of the function share. */
export interface CallCounter {
  /**
   * Counts calls, unless the count would exceed `most`: all of them, or none.
   *
   * @param key what is counted, with its window of time
   * @param expiresAt epoch seconds: when the count no longer matters
   * @param calls how many. @default 1
   * @returns whether they are allowed
   */
  count(key: string, most: number, expiresAt: number, calls?: number): Promise<boolean>;
}

/** Makes what was cached about a user's app specific passwords useless, everywhere and in seconds. */
export interface Revoker {
  /** Queues a revocation of what introspection found out about the user so far. */
  revoke(subject: string): Promise<void>;
  /** When the newest revocation of this kind was written for the user, in epoch milliseconds. @returns `undefined` if there is none */
  revokedAtMs(subject: string): Promise<number | undefined>;
  /** The state of the flushes of the gateways' caches. Empty if no cache has to be flushed. */
  flushes(): Promise<Pick<FlushState, 'flushedMs' | 'pendingMs'>>;
}

/** What holds for each request to the Management API, also for one that is sent again. */
export interface RequestRules {
  /** Counts a request before it is sent. It throws if the request may not be sent. */
  readonly count: () => Promise<void>;
  /** Whether a request is sent again after the tenant has responded 429. @default false */
  readonly repeatsThrottled?: boolean;
}

/** What is known about the deletion of a password. Epoch milliseconds. */
export interface Deletion {
  /** When the tenant had deleted it. Absent: the deletion has begun, and may have failed. */
  readonly deletedMs?: number | undefined;
  /** When the revocation that followed was first seen to be in effect. */
  readonly revokedMs?: number | undefined;
}

/** Remembers deletions, so that a repeated one continues where the first one ended. */
export interface DeletionTable {
  read(id: string): Promise<Deletion | undefined>;
  /**
   * Adds to what is known.
   *
   * @param expiresAt epoch seconds: when the deletion no longer matters
   */
  write(id: string, deletion: Deletion, expiresAt: number): Promise<void>;
}

/** What the operator may want to know. It holds no value of a password. */
export interface AppPasswordEvent {
  readonly type: 'app_password_created' | 'app_password_deleted' | 'app_password_expired';
  readonly subject: string;
  readonly passwordId: string;
  readonly label?: string | undefined;
  readonly scopes?: readonly string[] | undefined;
  /** Epoch seconds. */
  readonly expiresAt?: number | undefined;
}

export interface AppPasswordPorts {
  /** Epoch milliseconds. */
  readonly clock: () => number;
  /** Connects with the client that may manage app specific passwords. */
  readonly passwords: (rules: RequestRules) => Promise<ApplicationPasswords>;
  readonly expiries: ExpiryTable;
  /** Reads the secret under which the ids of expiries are computed. */
  readonly expirySecret: () => Promise<string>;
  readonly counter: CallCounter;
  readonly deletions: DeletionTable;
  readonly revoker: Revoker;
  /** Sends an event to the operator's bus. @default no events are sent */
  readonly notify?: ((event: AppPasswordEvent) => Promise<void>) | undefined;
  /** Writes a line of the log. */
  readonly log: (line: string) => void;
}
