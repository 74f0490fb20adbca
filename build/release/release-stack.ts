/** The stack of the CloudFormation template: everything but an API. */
import {
  Aws,
  CfnCondition,
  CfnOutput,
  Duration,
  Fn,
  type IStackSynthesizer,
  Stack,
  type StackProps,
} from 'aws-cdk-lib';
import type { CfnTable } from 'aws-cdk-lib/aws-dynamodb';
import { CfnPermission } from 'aws-cdk-lib/aws-lambda';
import { type CfnRotationSchedule, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { acknowledge } from '../../lib/acknowledge.ts';
import { Auth0Setup } from '../../lib/auth0-setup.ts';
import { AuthorizerAlarms } from '../../lib/authorizer-alarms.ts';
import { AuthorizerFunction } from '../../lib/authorizer-function.ts';
import { KeyRotation } from '../../lib/key-rotation.ts';
import { RotationAlarms } from '../../lib/rotation-alarms.ts';
import { SigningKey } from '../../lib/signing-key.ts';
import { STATE_TABLE_PREFIX } from '../../src/core/state-store.ts';
import { addParameters, isSet, type Parameters } from './parameters.ts';
import type { ReleaseSynthesizer } from './release-synthesizer.ts';

/** Stands in the function's configuration for the routes, which a parameter holds. */
export const ROUTES_STAND_IN = { 'ANY /{proxy+}': ['routes-are-a-parameter'] };

const LATER = 'complete-template.ts uses it.';
const NAME = 'It is the name of a secret.';
/** Of CDK's own check, which sees the template before it is complete. cfn-lint checks the complete one. */
const FINDINGS = [
  { id: 'CloudFormation-Validate::W2001', reason: LATER },
  { id: 'CloudFormation-Validate::W8001', reason: LATER },
  { id: 'CloudFormation-Validate::W2509', reason: NAME },
];

export class ReleaseStack extends Stack {
  readonly #parameters: Parameters;
  readonly #signingKey: SigningKey;

  constructor(scope: Construct, id: string, synthesizer: ReleaseSynthesizer, props: StackProps = {}) {
    super(scope, id, { ...props, synthesizer: synthesizer as IStackSynthesizer });
    this.#parameters = addParameters(this);
    synthesizer.parameters = this.#parameters;
    acknowledge(this, ...FINDINGS);
    this.#signingKey = new SigningKey(this, 'SigningKey');
    // CDK would give the table the same name in every stack that is made from this template.
    const table = this.#signingKey.stateTable.node.defaultChild as CfnTable;
    table.tableName = Fn.join('', [STATE_TABLE_PREFIX, Aws.STACK_NAME]);
    const setup = this.#setup();
    const authorizer = this.#authorizer();
    authorizer.node.addDependency(setup);
    const rotation = this.#rotation(setup);
    new AuthorizerAlarms(this, 'Alarms', { authorizer });
    new RotationAlarms(this, 'RotationAlarms', { rotation });
    isSet(this, this.#parameters.AlarmTopicArn);
    this.#outputs(authorizer, setup, rotation);
  }

  #secret(name: 'ManagementSecret' | 'PasswordGrantSecret') {
    return Secret.fromSecretNameV2(this, `${name}Import`, this.#parameters[name].valueAsString);
  }

  #setup(): Auth0Setup {
    const { Issuer, Audience, TenantUrl } = this.#parameters;
    const hasTenantUrl = isSet(this, TenantUrl);
    return new Auth0Setup(this, 'Auth0Setup', {
      tenantUrl: Fn.conditionIf(hasTenantUrl.logicalId, TenantUrl.valueAsString, Issuer.valueAsString).toString(),
      issuer: Issuer.valueAsString,
      audience: Audience.valueAsString,
      signingKey: this.#signingKey,
      managementSecret: this.#secret('ManagementSecret'),
    });
  }

  #authorizer(): AuthorizerFunction {
    const { Issuer, Audience, ApiId } = this.#parameters;
    isSet(this, this.#parameters.PasswordGrantSecret);
    const authorizer = new AuthorizerFunction(this, 'Authorizer', {
      issuer: Issuer.valueAsString,
      audience: Audience.valueAsString,
      signingKey: this.#signingKey,
      passwordGrantSecret: this.#secret('PasswordGrantSecret'),
      routes: ROUTES_STAND_IN,
      basicOrder: 'auto',
      permissionsAsScopes: false,
      cacheTtl: Duration.seconds(300),
      negativeTtl: Duration.seconds(10),
    });
    new CfnPermission(this, 'CalledByApiGateway', {
      action: 'lambda:InvokeFunction',
      functionName: authorizer.function.functionArn,
      principal: 'apigateway.amazonaws.com',
      sourceAccount: Aws.ACCOUNT_ID,
      sourceArn: this.formatArn({
        service: 'execute-api',
        resource: ApiId.valueAsString,
        resourceName: 'authorizers/*',
      }),
    });
    return authorizer;
  }

  #rotation(setup: Auth0Setup): KeyRotation {
    const { RotationDays } = this.#parameters;
    const rotation = new KeyRotation(this, 'KeyRotation', {
      setup,
      automaticallyAfter: Duration.days(RotationDays.valueAsNumber),
    });
    const rotates = new CfnCondition(this, 'RotatesBySchedule', {
      expression: Fn.conditionNot(Fn.conditionEquals(RotationDays.valueAsString, '0')),
    });
    const schedule = rotation.node.findChild('Schedule') as CfnRotationSchedule;
    schedule.cfnOptions.condition = rotates;
    return rotation;
  }

  #outputs(authorizer: AuthorizerFunction, setup: Auth0Setup, rotation: KeyRotation): void {
    const { functionArn } = authorizer.function;
    const uri = this.formatArn({
      service: 'apigateway',
      account: 'lambda',
      resource: 'path',
      resourceName: `2015-03-31/functions/${functionArn}/invocations`,
    });
    const outputs: Readonly<Record<string, readonly [value: string, description: string]>> = {
      AuthorizerFunctionArn: [functionArn, 'The function for the authorizer of an API.'],
      AuthorizerUri: [uri, 'The function as the URI that an authorizer of API Gateway expects.'],
      RestIdentitySource: [
        'method.request.header.Authorization,context.httpMethod,context.domainName,context.path',
        'The identity sources for a REST API that caches decisions.',
      ],
      SigningKeySecretArn: [this.#signingKey.secretArn, 'The secret with the private key.'],
      RevocationQueueUrl: [authorizer.revocation.queue.queueUrl, 'The queue that asp revoke and asp delete write to.'],
      KeyRotationFunctionArn: [rotation.function.functionArn, 'The function that asp revoke-key calls.'],
      Auth0Warnings: [setup.warnings, 'What to fix in the tenant.'],
    };
    for (const [name, [value, description]] of Object.entries(outputs)) {
      new CfnOutput(this, name, { value, description });
    }
  }
}
