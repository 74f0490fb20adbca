/** What an authorizer and the API for app specific passwords tell each other. */
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { AuthorizerFunctionProps } from './authorizer-function-props.ts';
import type { SharedState } from './shared-state.ts';

/** What the authorizer must know and may do, so that it guards the API, refuses expired passwords and says how the user has logged in. */
export interface AppPasswordsLink {
  /** The id of the API, and the scope that all of it requires. It is not among the routes. */
  readonly api: { readonly id: string; readonly scope: string };
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
  /** Its revocation marks. */
  readonly sharedState: SharedState;
  /** Passes these requirements to the authorizer. */
  readonly link: (link: AppPasswordsLink) => void;
}
