/**
 * One of this project's own Lambda functions. Its bundle is complete. Its role allows only its statements and writing to its own
 * log. The role may not create log groups, so that none reappears after the stack is deleted.
 */
import { Duration } from 'aws-cdk-lib';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Function as LambdaFunction, Runtime, RuntimeFamily, Tracing } from 'aws-cdk-lib/aws-lambda';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { DEFAULTS } from '../src/config/defaults.ts';
import { type FunctionFolder, functionCode } from './function-code.ts';
import { type FunctionOptions, functionOptions } from './function-options.ts';
import { createLogGroup } from './log-group.ts';
import { acknowledgeNetworkInterfaces, acknowledgeTracing } from './nag-reasons.ts';

export interface ServiceFunctionProps {
  /** The folder under `lambda/` with the function's `handler.ts`. */
  readonly folder: FunctionFolder;

  /**
   * The exported function that handles events, and its file.
   *
   * @default index.handler
   */
  readonly handler?: string | undefined;

  /** What the function does, shown in the console. */
  readonly description: string;

  /**
   * What the function may do.
   *
   * @default - the function may only write its log
   */
  readonly statements?: readonly PolicyStatement[];

  /**
   * Environment variables.
   *
   * @default - no environment variables
   */
  readonly environment?: Readonly<Record<string, string>>;

  /**
   * How long one call may take.
   *
   * @default Duration.seconds(10)
   */
  readonly timeout?: Duration;

  /**
   * Megabytes. More memory means more processor time, which a cold start and the generation of a key need.
   *
   * @default 512
   */
  readonly memorySize?: number | undefined;

  /**
   * The processor.
   *
   * @default Architecture.ARM_64
   */
  readonly architecture?: Architecture | undefined;
}

/** Older versions of the CDK have no constant for it. */
const NODEJS_24 = new Runtime('nodejs24.x', RuntimeFamily.NODEJS, { supportsInlineCode: true });
/** @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions */
const NETWORK_ACTIONS = [
  'ec2:CreateNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:DeleteNetworkInterface',
  'ec2:AssignPrivateIpAddresses',
  'ec2:UnassignPrivateIpAddresses',
];

export class ServiceFunction extends Construct {
  /** The Lambda function itself. */
  readonly function: LambdaFunction;

  /** What its role allows. Statements that are added before the end of synthesis count. */
  readonly rights: PolicyDocument;

  constructor(scope: Construct, id: string, props: ServiceFunctionProps) {
    super(scope, id);
    const logGroup = createLogGroup(this, 'Log');
    const options = functionOptions(this);
    this.rights = this.#rights(logGroup, [...(props.statements ?? []), ...this.#networkRights(options)]);
    this.function = new LambdaFunction(this, 'Function', {
      description: props.description,
      code: functionCode(props.folder),
      handler: props.handler ?? 'index.handler',
      runtime: NODEJS_24,
      architecture: props.architecture ?? Architecture.ARM_64,
      memorySize: props.memorySize ?? DEFAULTS.memorySize,
      timeout: props.timeout ?? Duration.seconds(10),
      environment: { ...props.environment },
      role: this.#role(),
      logGroup,
      ...networkProps(options),
      ...(options.tracing && { tracing: Tracing.ACTIVE }),
    });
    if (options.tracing) acknowledgeTracing(this);
  }

  /** Lambda connects the function to the network with the function's own role. */
  #networkRights({ vpc }: FunctionOptions): readonly PolicyStatement[] {
    if (!vpc) return [];
    acknowledgeNetworkInterfaces(this);
    return [new PolicyStatement({ actions: NETWORK_ACTIONS, resources: ['*'] })];
  }

  #rights({ logGroupArn }: LogGroup, statements: readonly PolicyStatement[]): PolicyDocument {
    const writeLog = new PolicyStatement({
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [logGroupArn],
    });
    return new PolicyDocument({ statements: [writeLog, ...statements] });
  }

  /** The statements are part of the role, so they exist before the function is created and until it is deleted. */
  #role(): Role {
    return new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      inlinePolicies: { Rights: this.rights },
    });
  }
}

function networkProps({ vpc, vpcSubnets, securityGroups }: FunctionOptions) {
  if (!vpc) return {};
  return { vpc, ...(vpcSubnets && { vpcSubnets }), ...(securityGroups && { securityGroups: [...securityGroups] }) };
}
