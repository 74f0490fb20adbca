/**
 * One of this project's own Lambda functions. Its bundle is complete. Its role allows only its statements and writing to its own
 * log. The role may not create log groups, so that none reappears after the stack is deleted.
 */
import { fileURLToPath } from 'node:url';
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Runtime } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { BUNDLING } from './bundling.ts';

/** The folders under `lambda/` that hold a `handler.ts`. */
export type FunctionFolder =
  | 'authorizer'
  | 'auth0-setup'
  | 'demo-api'
  | 'jwks'
  | 'key-rotation'
  | 'signing-key'
  | 'backend-proxy';

export interface ServiceFunctionProps {
  /** The folder under `lambda/` with the function's `handler.ts`. */
  readonly folder: FunctionFolder;

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
}

const PROJECT = new URL('../', import.meta.url);
/** More memory means more processor time, which a cold start and the generation of a key need. */
const MEMORY_MEGABYTES = 512;

export class ServiceFunction extends Construct {
  /** The Lambda function itself. */
  readonly function: NodejsFunction;

  constructor(scope: Construct, id: string, props: ServiceFunctionProps) {
    super(scope, id);
    const logGroup = new LogGroup(this, 'Log', {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.function = new NodejsFunction(this, 'Function', {
      description: props.description,
      entry: pathOf(`lambda/${props.folder}/handler.ts`),
      projectRoot: pathOf('.'),
      depsLockFilePath: pathOf('package-lock.json'),
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: MEMORY_MEGABYTES,
      timeout: props.timeout ?? Duration.seconds(10),
      environment: { ...props.environment },
      awsSdkConnectionReuse: false,
      role: this.#role(logGroup, props.statements ?? []),
      logGroup,
      bundling: BUNDLING,
    });
  }

  /** The statements are part of the role, so they exist before the function is created and until it is deleted. */
  #role({ logGroupArn }: LogGroup, statements: readonly PolicyStatement[]): Role {
    const writeLog = new PolicyStatement({
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [logGroupArn],
    });
    return new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      inlinePolicies: { Rights: new PolicyDocument({ statements: [writeLog, ...statements] }) },
    });
  }
}

function pathOf(relative: string): string {
  return fileURLToPath(new URL(relative, PROJECT));
}
