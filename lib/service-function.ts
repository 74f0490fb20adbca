/**
 * One of this project's own Lambda functions: bundled whole, on a role that may do what its statements say and write its
 * own log, and no more. The role may not make log groups, so that none comes back after the stack is gone.
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
  readonly folder: FunctionFolder;
  /** For whoever finds the function in the console. */
  readonly description: string;
  /** @default none: the function may write its log only */
  readonly statements?: readonly PolicyStatement[];
  /** @default none */
  readonly environment?: Readonly<Record<string, string>>;
  /** @default 10 seconds */
  readonly timeout?: Duration;
}

const PROJECT = new URL('../', import.meta.url);
/** Memory brings processor time with it, which a cold start and a key's making need. */
const MEMORY_MEGABYTES = 512;

export class ServiceFunction extends Construct {
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

  /** Its rights are part of the role, so that they are there before the function is, and until it is gone. */
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
