/** What the inspector's page and its server exchange. Types only. */

/** A heading or a table row of the docs. */
export interface Rule {
  readonly text: string;
  readonly href: string;
}

export type StepState = 'passed' | 'failed' | 'info';

/** `unreached`: an earlier check failed. */
export interface Check {
  readonly words: string;
  readonly state: 'passed' | 'failed' | 'unreached';
}

/** A request to the tenant. */
export interface Call {
  readonly words: string;
  readonly outcome: string;
  readonly durationMs: number;
  readonly isGood: boolean;
}

export type StationName = 'gateway' | 'authorizer' | 'caches' | 'tenant' | 'backend';

/** One thing that happened, in order. */
export interface Step {
  readonly station: StationName;
  readonly title: string;
  /** What came of it, in a few words. */
  readonly result: string;
  readonly state: StepState;
  /** Milliseconds since the request was sent. */
  readonly atMs: number;
  readonly durationMs?: number;
  readonly checks?: readonly Check[];
  readonly calls?: readonly Call[];
  readonly rule?: Rule;
}

/**
 * A place on the way of a request. `passed`: it went on. `cached`: a cache had the result. `stopped`: it ended here.
 * `idle`: it never came here.
 */
export interface Station {
  readonly name: StationName;
  readonly title: string;
  readonly result: string;
  readonly state: 'passed' | 'cached' | 'stopped' | 'idle';
}

export type Outcome = 'allowed' | 'refused' | 'unavailable' | 'public';

export interface Verdict {
  readonly outcome: Outcome;
  /** A reason code, or `allowed`. Absent if the authorizer was not asked. */
  readonly reason: string | undefined;
  readonly words: string;
  readonly rule: Rule | undefined;
}

export interface SentResponse {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** The beginning of it. */
  readonly body: string;
}

/** What happened to a request. */
export interface Story {
  readonly request: { readonly method: string; readonly path: string };
  readonly verdict: Verdict;
  readonly stations: readonly Station[];
  readonly steps: readonly Step[];
  /** The authorizer's response, as JSON. Absent if it gave none. */
  readonly policy: string | undefined;
  readonly context: Readonly<Record<string, string>> | undefined;
  readonly response: SentResponse;
  readonly durationMs: number;
}

export interface SendRequest {
  readonly method: string;
  readonly path: string;
  /** The value of the header; absent for none. */
  readonly authorization?: string | undefined;
}

export interface PreparedCredential {
  readonly id: string;
  readonly group: string;
  readonly title: string;
  /** What it shows. */
  readonly words: string;
  /** The value of the header; absent for none. */
  readonly authorization: string | undefined;
}

export interface OfferedRoute {
  readonly method: string;
  readonly path: string;
  /** What the route requires. */
  readonly words: string;
}

/** What the page needs once, and after the credentials were created again. */
export interface Offer {
  readonly credentials: readonly PreparedCredential[];
  readonly routes: readonly OfferedRoute[];
}

/** A line of the tenant's state. */
export interface Fact {
  readonly name: string;
  readonly value: string;
  /** For the button that removes it. */
  readonly remove?: Action;
  readonly isAlarming?: true;
}

export interface FactGroup {
  readonly title: string;
  readonly facts: readonly Fact[];
  /** If there are no facts. */
  readonly none: string;
}

export type Trouble = 'none' | 'stopped' | 'slow' | 'throttled' | 'failing';

/** What local mode is like now. */
export interface State {
  /** Epoch milliseconds. */
  readonly nowMs: number;
  readonly aheadMs: number;
  readonly trouble: Trouble;
  readonly groups: readonly FactGroup[];
}

/** What a button does. */
export type Action =
  | { readonly action: 'create_app_password'; readonly label: string }
  | { readonly action: 'revoke_app_password'; readonly id: string }
  | { readonly action: 'rotate_api_key' }
  | { readonly action: 'rotate_tenant_key' }
  | { readonly action: 'trouble'; readonly trouble: Trouble }
  | { readonly action: 'advance_clock'; readonly seconds: number }
  | { readonly action: 'empty_caches'; readonly cache: 'gateway' | 'process' | 'shared' | 'all' }
  | { readonly action: 'unblock' }
  | { readonly action: 'new_credentials' };

/** What a button has done, in words. */
export interface Done {
  readonly words: string;
  /** A new app password, to try at once. */
  readonly authorization?: string;
}

/** Why something was not done. */
export interface Problem {
  readonly title: string;
}
