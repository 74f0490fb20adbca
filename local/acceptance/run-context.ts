/** What every part of an acceptance run shares. */
import type { Configuration } from '../../src/config/configuration.ts';
import type { DemoChoice } from '../demo-routes.ts';
import type { Guide } from './guide.ts';
import type { AcceptancePorts } from './ports.ts';
import type { Redactor } from './redactor.ts';
import type { Report } from './report.ts';

export interface RunContext {
  readonly ports: AcceptancePorts;
  readonly guide: Guide;
  readonly report: Report;
  readonly redactor: Redactor;
  readonly configuration: Configuration;
  /** Whether the account is an emulator, which cannot do everything that AWS does. */
  readonly isEmulated: boolean;
}

/** What was deployed. */
export interface Deployed {
  /** With a trailing slash. */
  readonly apiUrl: string;
  readonly rotationFunctionArn: string;
  readonly signingKeySecretArn: string;
  /** What a backend must know to verify the signed principal; empty without one. */
  readonly principalToken: { readonly issuer: string; readonly jwksUrl: string };
  /** The warnings of the tenant's set-up. */
  readonly warnings: string;
  readonly observer: {
    /** With a trailing slash, like the others. */
    readonly restUrl: string;
    readonly httpUrl: string;
    /** Behind an authorizer whose issuer does not exist. */
    readonly unreachableUrl: string;
  };
}

/** The deployed API with the route that is called, and the scopes of the credentials. */
export interface Target {
  readonly deployed: Deployed;
  readonly choice: DemoChoice;
}
