/**
 * Options for all functions of this project below a scope, and for their logs. They are set once for a scope, so that no
 * construct has to pass them on to the functions inside it.
 */
import type { ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct, IConstruct } from 'constructs';

/** How functions run and what happens to their logs. */
export interface FunctionOptions {
  /**
   * How long logs are kept, access logs included.
   *
   * @default RetentionDays.ONE_MONTH
   */
  readonly logRetention?: RetentionDays | undefined;

  /**
   * Encrypts the logs, access logs included. The key's policy must let CloudWatch Logs use it.
   *
   * @default - CloudWatch Logs uses a key of its own
   */
  readonly logEncryptionKey?: IKey | undefined;

  /**
   * Trace the functions with AWS X-Ray.
   *
   * @default false
   */
  readonly tracing?: boolean | undefined;

  /**
   * Run the functions in this network. It must lead to the tenant and to the AWS services that they use.
   *
   * @default - a network of AWS Lambda
   */
  readonly vpc?: IVpc | undefined;

  /**
   * Where in the VPC the functions run.
   *
   * @default - the private subnets
   */
  readonly vpcSubnets?: SubnetSelection | undefined;

  /**
   * The security groups of the functions, which must allow outgoing HTTPS.
   *
   * @default - a new one for each function, which allows all outgoing connections
   */
  readonly securityGroups?: readonly ISecurityGroup[] | undefined;
}

const OPTIONS = new WeakMap<IConstruct, FunctionOptions>();
/** The scopes with functions whose options can no longer change. */
const IN_USE = new WeakSet<IConstruct>();

/**
 * Sets the options of the functions that are created below a scope from now on. A scope inside it may have options of its own,
 * which replace these.
 *
 * @throws Error if there already is a function below the scope
 *
 * @example
 * setFunctionOptions(this, { logRetention: RetentionDays.THREE_MONTHS, tracing: true });
 */
export function setFunctionOptions(scope: Construct, options: FunctionOptions): void {
  if (IN_USE.has(scope)) {
    throw new Error(
      `Options were set for the functions below "${scope.node.path}" after one of them had been created. Call setFunctionOptions before.`,
    );
  }
  OPTIONS.set(scope, options);
}

/** The options of the functions in a scope: those of the nearest scope around it that has some. */
export function functionOptions(scope: IConstruct): FunctionOptions {
  const outwards = scope.node.scopes.toReversed();
  for (const each of outwards) IN_USE.add(each);
  const nearest = outwards.find((each) => OPTIONS.has(each));
  return (nearest && OPTIONS.get(nearest)) ?? {};
}
