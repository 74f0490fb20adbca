/** What an authorizer and the API for app specific passwords tell each other. */
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { AuthorizerFunctionProps } from './authorizer-function-props.ts';
import type { RouteRequirements } from './route-requirements.ts';
import type { SharedState } from './shared-state.ts';

/** What the authorizer must know and may do, so that it refuses expired passwords and says how the user has logged in. */
export interface AppPasswordsLink {
  /** The table of the expiries, and the secret under which its ids are computed. */
  readonly expiries: { readonly table: string; readonly digestSecret: string };
  /** The rights to read an expiry and this secret. */
  readonly statements: readonly PolicyStatement[];
  /** Claims that the API needs in the context. */
  readonly claims: readonly string[];
}

/** The parts of the authorizer that the API uses. */
export interface LinkedAuthorizer {
  readonly props: AuthorizerFunctionProps;
  /** What an API calls. */
  readonly handler: IFunction;
  /** What the routes of all APIs require. */
  readonly requirements: RouteRequirements;
  /** Its revocation marks. */
  readonly sharedState: SharedState;
  /** Tells the authorizer. */
  readonly link: (link: AppPasswordsLink) => void;
}
