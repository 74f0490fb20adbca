/** Deploys the release through CloudFormation alone, and puts an API in front of it as SAM or Terraform would. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { makeRelease, TEMPLATE } from '../../build/release/make-release.ts';
import { AwsForTest, MANAGEMENT_SECRET, PASSWORD_GRANT_SECRET } from '../support/aws/aws-for-test.ts';
import { CloudFormation, createBucket } from '../support/aws/cloudformation.ts';
import { basic, bearer, call } from '../support/http/call.ts';

const ministack = inject('ministack');
const BUCKET = 'release-files';
const PREFIX = 'auth0-api-authorizer/';

const API_TEMPLATE = JSON.stringify({
  Parameters: { AuthorizerUri: { Type: 'String' } },
  Resources: {
    Api: { Type: 'AWS::ApiGateway::RestApi', Properties: { Name: 'orders' } },
    Authorizer: {
      Type: 'AWS::ApiGateway::Authorizer',
      Properties: {
        RestApiId: { Ref: 'Api' },
        Name: 'auth0',
        Type: 'REQUEST',
        AuthorizerUri: { Ref: 'AuthorizerUri' },
        IdentitySource: 'method.request.header.Authorization',
        AuthorizerResultTtlInSeconds: 0,
      },
    },
    Orders: {
      Type: 'AWS::ApiGateway::Resource',
      Properties: {
        RestApiId: { Ref: 'Api' },
        ParentId: { 'Fn::GetAtt': ['Api', 'RootResourceId'] },
        PathPart: 'orders',
      },
    },
    GetOrders: method('GET'),
    PostOrders: method('POST'),
    Deployment: {
      Type: 'AWS::ApiGateway::Deployment',
      DependsOn: ['GetOrders', 'PostOrders'],
      Properties: { RestApiId: { Ref: 'Api' } },
    },
    Stage: {
      Type: 'AWS::ApiGateway::Stage',
      Properties: { RestApiId: { Ref: 'Api' }, DeploymentId: { Ref: 'Deployment' }, StageName: 'prod' },
    },
  },
  Outputs: { ApiId: { Value: { Ref: 'Api' } } },
});

function method(HttpMethod: string) {
  return {
    Type: 'AWS::ApiGateway::Method',
    Properties: {
      RestApiId: { Ref: 'Api' },
      ResourceId: { Ref: 'Orders' },
      HttpMethod,
      AuthorizationType: 'CUSTOM',
      AuthorizerId: { Ref: 'Authorizer' },
      MethodResponses: [{ StatusCode: '200' }],
      Integration: {
        Type: 'MOCK',
        RequestTemplates: { 'application/json': '{"statusCode": 200}' },
        IntegrationResponses: [{ StatusCode: '200' }],
      },
    },
  };
}

describe.skipIf(ministack === '')('the release without the CDK', () => {
  let aws: AwsForTest;
  let cloudFormation: CloudFormation;
  let folder: string;
  let orders: URL;
  let before: string;
  let outputs: Readonly<Record<string, string>>;

  beforeAll(async () => {
    [aws, folder] = await Promise.all([AwsForTest.start(ministack), mkdtemp(join(tmpdir(), 'release-test-'))]);
    cloudFormation = new CloudFormation(aws.account);
    const names = (await makeRelease(folder)).filter((name) => name.endsWith('.zip'));
    const files = await Promise.all(
      names.map(async (name) => [`${PREFIX}${name}`, await readFile(join(folder, name))] as const),
    );
    await createBucket(aws.account, BUCKET, new Map(files));
    before = aws.tenant.snapshot();
    outputs = await cloudFormation.create('auth', await readFile(join(folder, TEMPLATE), 'utf8'), {
      Issuer: aws.tenant.issuer,
      Audience: 'https://demo.api',
      ManagementSecret: MANAGEMENT_SECRET,
      PasswordGrantSecret: PASSWORD_GRANT_SECRET,
      Routes: JSON.stringify({ 'GET /orders': ['read:foo'], 'POST /orders': ['create:foo'] }),
      AssetsBucket: BUCKET,
      AssetsPrefix: PREFIX,
      // The emulator has no rotation schedules.
      RotationDays: '0',
    });
    const { ApiId } = await cloudFormation.create('api', API_TEMPLATE, { AuthorizerUri: outputs.AuthorizerUri ?? '' });
    orders = new URL(`${aws.account.url}/_aws/execute-api/${ApiId}/prod/orders`);
  });

  afterAll(async () => {
    cloudFormation?.close();
    await Promise.all([aws?.close(), rm(folder, { recursive: true, force: true })]);
  });

  it('gives the tenant the key, and reports what an API and an operator need', () => {
    expect(Object.keys(outputs).sort()).toEqual([
      'Auth0Warnings',
      'AuthorizerFunctionArn',
      'AuthorizerUri',
      'KeyRotationFunctionArn',
      'RestIdentitySource',
      'RevocationQueueUrl',
      'SigningKeySecretArn',
    ]);
    expect(aws.tenant.snapshot()).not.toBe(before);
    expect(outputs.AuthorizerUri).toContain(outputs.AuthorizerFunctionArn);
  });

  it.each([
    ['a JWT', () => bearer(aws.tenant.mintJwt())],
    ['an opaque token', () => bearer(aws.tenant.mintOpaque())],
    ['an ASP', () => bearer(aws.tenant.mintApplicationPassword().value)],
  ])('lets in %s for the route that its scope allows, and for no other', async (_what, credential) => {
    const authorization = credential();
    expect((await call(orders, 'GET', authorization)).status).toBe(200);
    expect((await call(orders, 'POST', authorization)).status).toBe(403);
  });

  it('lets in a username and password, if their secret is a parameter', async () => {
    expect((await call(orders, 'GET', basic('user@gmail.com', 'correct horse: battery'))).status).toBe(200);
    expect((await call(orders, 'GET', basic('user@gmail.com', 'wrong'))).status).toBeGreaterThanOrEqual(401);
  });

  it('refuses garbage, and a request without a credential', async () => {
    expect((await call(orders, 'GET', bearer('garbage'))).status).toBeGreaterThanOrEqual(401);
    expect((await call(orders, 'GET')).status).toBe(401);
  });

  it('restores the tenant when the stack is deleted', async () => {
    await cloudFormation.delete('api');
    await cloudFormation.delete('auth');
    expect(aws.tenant.snapshot()).toBe(before);
  });
});
