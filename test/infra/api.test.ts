import { Match, type Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { unauthorizedChallenge } from '../../src/config/challenges.ts';
import { gatewayResponses, NOT_FOUND } from '../../src/config/gateway-responses.ts';
import { statementsOf } from '../support/infra/statements.ts';
import { templates } from '../support/infra/synthesize.ts';

const BACKEND_URL = {
  backendUrl: 'https://backend.example/base',
  routes: { 'ANY /{proxy+}': [], 'GET /health': 'public', 'GET /admin': ['admin'] },
};

/** The methods of the catch-all of an API whose routes leave room for it. */
const CATCH_ALL = { 'ANY /': '404', 'ANY /{proxy+}': '404' };

/** Returns the authorization type of each method, for example `GET /foo` → `CUSTOM`, or `404` for one of the catch-all. */
function methodsOf(template: Template): Readonly<Record<string, string>> {
  const resources = template.findResources('AWS::ApiGateway::Resource');
  const pathOf = (id?: string): string => {
    const properties = id === undefined ? undefined : resources[id]?.Properties;
    return properties ? `${pathOf(properties.ParentId.Ref)}/${properties.PathPart}` : '';
  };
  const methods = Object.values(template.findResources('AWS::ApiGateway::Method'));
  return Object.fromEntries(
    methods.map(({ Properties: { HttpMethod, ResourceId, AuthorizationType, Integration } }) => [
      `${HttpMethod} ${pathOf(ResourceId.Ref) || '/'}`,
      AuthorizationType === 'NONE' && Integration.IntegrationResponses?.[0].StatusCode === '404'
        ? '404'
        : AuthorizationType,
    ]),
  );
}

describe('the demo API', () => {
  it('has the authorizer on every route, but not on OPTIONS', () => {
    expect(methodsOf(templates().api)).toEqual({
      'GET /foo': 'CUSTOM',
      'POST /foo': 'CUSTOM',
      'PATCH /foo': 'CUSTOM',
      'DELETE /foo': 'CUSTOM',
      'OPTIONS /foo': 'NONE',
      'GET /whoami': 'CUSTOM',
      'OPTIONS /whoami': 'NONE',
      ...CATCH_ALL,
    });
  });

  it('has no authorizer on a public route, and one on the other methods of the path', () => {
    const { api } = templates({ routes: { 'GET /a/{id}': 'public', 'PUT /a/{id}': [], 'ANY /b': ['x'] } });
    expect(methodsOf(api)).toEqual({
      'GET /a/{id}': 'NONE',
      'PUT /a/{id}': 'CUSTOM',
      'OPTIONS /a/{id}': 'NONE',
      'ANY /b': 'CUSTOM',
      'OPTIONS /b': 'NONE',
      ...CATCH_ALL,
    });
  });

  it('has the authorizer on the root of a greedy route too, unless another route names that root', () => {
    const routes = {
      'ANY /{proxy+}': 'public',
      'ANY /a/{proxy+}': ['a'],
      'GET /b/{proxy+}': ['b'],
      'ANY /b': 'public',
    };
    expect(methodsOf(templates({ routes: { ...routes, 'GET /a': 'public' } }).api)).toEqual({
      'ANY /{proxy+}': 'NONE',
      'OPTIONS /{proxy+}': 'NONE',
      'ANY /a/{proxy+}': 'CUSTOM',
      'OPTIONS /a/{proxy+}': 'NONE',
      'GET /a': 'NONE',
      'ANY /a': 'CUSTOM',
      'OPTIONS /a': 'NONE',
      'GET /b/{proxy+}': 'CUSTOM',
      'OPTIONS /b/{proxy+}': 'NONE',
      'ANY /b': 'NONE',
      'OPTIONS /b': 'NONE',
      'ANY /': '404',
    });
  });

  it('responds to a preflight itself, with the headers that browsers require', () => {
    templates().api.hasResourceProperties('AWS::ApiGateway::Method', {
      HttpMethod: 'OPTIONS',
      Integration: {
        Type: 'MOCK',
        ContentHandling: 'CONVERT_TO_TEXT',
        IntegrationResponses: [
          {
            StatusCode: '204',
            ResponseParameters: {
              'method.response.header.Access-Control-Allow-Origin': "'*'",
              'method.response.header.Access-Control-Allow-Methods': "'OPTIONS,GET,POST,PATCH,DELETE'",
              'method.response.header.Access-Control-Allow-Headers': "'Authorization,Content-Type'",
            },
          },
        ],
      },
    });
  });

  it('names the allowed origin and headers in preflights and in its own responses', () => {
    const corsAllowOrigins = ['https://app.example'];
    const { api } = templates({ corsAllowOrigins, corsAllowHeaders: ['Authorization', 'X-Trace'] });
    api.hasResourceProperties('AWS::ApiGateway::Method', {
      HttpMethod: 'OPTIONS',
      Integration: {
        IntegrationResponses: [
          {
            ResponseTemplates: Match.absent(),
            ResponseParameters: Match.objectLike({
              'method.response.header.Access-Control-Allow-Origin': "'https://app.example'",
              'method.response.header.Access-Control-Allow-Headers': "'Authorization,X-Trace'",
            }),
          },
        ],
      },
    });
    api.allResourcesProperties('AWS::ApiGateway::GatewayResponse', {
      ResponseParameters: Match.objectLike({
        'gatewayresponse.header.Access-Control-Allow-Origin': "'https://app.example'",
      }),
    });
  });

  it("allows the caller's origin in a preflight if several are allowed, and lets all of them read its own responses", () => {
    const { api } = templates({ corsAllowOrigins: ['https://app.example', 'https://b.example:8443'] });
    api.hasResourceProperties('AWS::ApiGateway::Method', {
      HttpMethod: 'OPTIONS',
      Integration: {
        IntegrationResponses: [
          {
            ResponseTemplates: {
              'application/json': Match.stringLikeRegexp(
                '#if\\(\\$origin == "https://b.example:8443"\\)\n#set\\(\\$context.responseOverride',
              ),
            },
            ResponseParameters: Match.objectLike({
              'method.response.header.Access-Control-Allow-Origin': "'https://app.example'",
              'method.response.header.Vary': "'Origin'",
            }),
          },
        ],
      },
    });
    api.allResourcesProperties('AWS::ApiGateway::GatewayResponse', {
      ResponseParameters: Match.objectLike({ 'gatewayresponse.header.Access-Control-Allow-Origin': "'*'" }),
    });
  });

  it('throttles at the rate and the burst of the configuration', () => {
    const { key, api } = templates({ throttleRate: 7, throttleBurst: 8, jwksThrottleRate: 9, jwksThrottleBurst: 10 });
    const throttles = [api, key].map((template) => {
      const [stage] = Object.values(template.findResources('AWS::ApiGateway::Stage'));
      return stage?.Properties.MethodSettings;
    });
    expect(throttles).toMatchObject([
      [{ ThrottlingRateLimit: 7, ThrottlingBurstLimit: 8 }],
      [{ ThrottlingRateLimit: 9, ThrottlingBurstLimit: 10 }],
    ]);
  });

  it('has an output for each value that an operator needs', () => {
    const { key, api } = templates();
    expect(Object.keys(key.findOutputs('*'))).toContain('SigningKeySecretArn');
    expect(Object.keys(api.findOutputs('*')).sort()).toEqual([
      'ApiUrl',
      'Auth0Warnings',
      'AuthorizerFunctionArn',
      'KeyRotationFunctionArn',
      'RevocationQueueUrl',
    ]);
  });

  it('has a stage that throttles and traces no data', () => {
    templates().api.hasResourceProperties('AWS::ApiGateway::Stage', {
      AccessLogSetting: Match.absent(),
      MethodSettings: [
        {
          HttpMethod: '*',
          ResourcePath: '/*',
          DataTraceEnabled: false,
          LoggingLevel: Match.absent(),
          ThrottlingRateLimit: 500,
          ThrottlingBurstLimit: 1000,
        },
      ],
    });
  });

  it('writes an access log without headers and paths if accessLog is set, and does not change the account', () => {
    const { api } = templates({ accessLog: true });
    const [stage] = Object.values(api.findResources('AWS::ApiGateway::Stage'));
    const format: string = stage?.Properties.AccessLogSetting.Format;
    expect(Object.values(JSON.parse(format))).toEqual([
      '$context.requestId',
      '$context.identity.sourceIp',
      '$context.httpMethod',
      '$context.resourcePath',
      '$context.status',
      '$context.authorizer.status',
      '$context.error.responseType',
      '$context.responseLatency',
    ]);
    api.resourceCountIs('AWS::ApiGateway::Account', 0);
  });
});

describe('the catch-all', () => {
  it('responds 404 as the gateway does to what it does not know, without an authorizer and without a function', () => {
    const { statusCode, headers, body } = NOT_FOUND;
    expect({ statusCode, headers }).toEqual({
      statusCode: 404,
      headers: { 'Content-Type': { text: 'application/problem+json' } },
    });
    templates().api.hasResourceProperties('AWS::ApiGateway::Method', {
      HttpMethod: 'ANY',
      AuthorizationType: 'NONE',
      AuthorizerId: Match.absent(),
      Integration: {
        Type: 'MOCK',
        RequestTemplates: { 'application/json': '{"statusCode":404}' },
        IntegrationResponses: [
          {
            StatusCode: '404',
            ResponseTemplates: { 'application/json': JSON.stringify(body) },
            ResponseParameters: {
              'method.response.header.Content-Type': "'application/problem+json'",
              'method.response.header.Access-Control-Allow-Origin': "'*'",
            },
          },
        ],
      },
    });
  });

  it('responds 404 to a body of any type, which a mock integration could not read', () => {
    const properties = {
      ResponseType: 'UNSUPPORTED_MEDIA_TYPE',
      StatusCode: '404',
      ResponseTemplates: { 'application/json': JSON.stringify(NOT_FOUND.body) },
    };
    templates().api.hasResourceProperties('AWS::ApiGateway::GatewayResponse', properties);
    templates(BACKEND_URL).api.resourcePropertiesCountIs('AWS::ApiGateway::GatewayResponse', properties, 0);
  });

  it.each([
    ['covers the other methods of a greedy route', { 'GET /{rest+}': [] }, ['ANY /', 'ANY /{rest+}']],
    ['leaves out what a greedy route covers', { 'ANY /{proxy+}': [] }, []],
    ['covers only the root beside a parameter, which has no room for another one', { 'GET /{id}': [] }, ['ANY /']],
    ['covers the other methods of the root', { 'GET /': [] }, ['ANY /', 'ANY /{proxy+}']],
  ])('%s', (_what, routes, expected) => {
    const methods = Object.entries(methodsOf(templates({ routes }).api));
    expect(methods.flatMap(([key, kind]) => (kind === '404' ? [key] : [])).sort()).toEqual(expected);
  });

  it('does not change the key by which decisions are cached', () => {
    templates().api.hasResourceProperties('AWS::ApiGateway::Authorizer', {
      IdentitySource: Match.stringLikeRegexp('context.resourcePath$'),
    });
  });

  it('can be turned off', () => {
    expect(Object.values(methodsOf(templates({ catchAll: false }).api))).not.toContain('404');
  });
});

describe("the gateway's own responses", () => {
  it.each(
    gatewayResponses({ audience: 'https://demo.api', basicChallenge: true }).map(
      (response) => [response.type, response] as const,
    ),
  )('have the status, headers and body of the table, and CORS headers: %s', (type, { statusCode, headers, body }) => {
    const parameters = Object.entries(headers).map(([name, source]) => [
      `gatewayresponse.header.${name}`,
      'text' in source ? `'${source.text}'` : `context.authorizer.${source.authorizerContext}`,
    ]);
    templates({ basicChallenge: true }).api.hasResourceProperties('AWS::ApiGateway::GatewayResponse', {
      ResponseType: type,
      StatusCode: String(statusCode),
      ResponseParameters: {
        'gatewayresponse.header.Access-Control-Allow-Origin': "'*'",
        'gatewayresponse.header.Access-Control-Expose-Headers': "'WWW-Authenticate,Retry-After'",
        ...Object.fromEntries(parameters),
      },
      ResponseTemplates: { 'application/json': JSON.stringify(body) },
    });
  });

  it('offer Basic if some user names have a token as their secret, because git sends it only then', () => {
    templates({ basicTokenUsers: ['token'] }).api.hasResourceProperties('AWS::ApiGateway::GatewayResponse', {
      ResponseType: 'UNAUTHORIZED',
      ResponseParameters: Match.objectLike({
        'gatewayresponse.header.WWW-Authenticate': `'${unauthorizedChallenge({ audience: 'https://demo.api', basicChallenge: 'first' })}'`,
      }),
    });
  });

  it.each(['AUTHORIZER_FAILURE', 'AUTHORIZER_CONFIGURATION_ERROR'])(
    'have the status 503 and Retry-After for an authorizer that throws: %s',
    (type) => {
      templates().api.hasResourceProperties('AWS::ApiGateway::GatewayResponse', {
        ResponseType: type,
        StatusCode: '503',
        ResponseParameters: Match.objectLike({ 'gatewayresponse.header.Retry-After': "'5'" }),
      });
    },
  );

  it('leave out the quotes of an audience, which would end the text', () => {
    templates({ audience: "urn:it's" }).api.hasResourceProperties('AWS::ApiGateway::GatewayResponse', {
      ResponseType: 'UNAUTHORIZED',
      ResponseParameters: Match.objectLike({
        'gatewayresponse.header.WWW-Authenticate': `'Bearer realm="urn:its"'`,
      }),
    });
  });

  it.each(['DEFAULT_4XX', 'DEFAULT_5XX'])('have CORS headers for every other error: %s', (type) => {
    templates().api.hasResourceProperties('AWS::ApiGateway::GatewayResponse', {
      ResponseType: type,
      ResponseParameters: { 'gatewayresponse.header.Access-Control-Allow-Origin': "'*'" },
    });
  });
});

describe('the API in front of a backend', () => {
  it('passes every request through the authorizer, except on public paths', () => {
    expect(methodsOf(templates(BACKEND_URL).api)).toEqual({
      'ANY /': 'CUSTOM',
      'OPTIONS /': 'NONE',
      'ANY /{proxy+}': 'CUSTOM',
      'OPTIONS /{proxy+}': 'NONE',
      'GET /health': 'NONE',
      'ANY /health': 'CUSTOM',
      'OPTIONS /health': 'NONE',
    });
  });

  it('passes bodies to the backend as bytes', () => {
    templates(BACKEND_URL).api.hasResourceProperties('AWS::ApiGateway::RestApi', { BinaryMediaTypes: ['*/*'] });
  });

  it('has a secret for the backend that only its function may read', () => {
    const { api } = templates(BACKEND_URL);
    api.hasResourceProperties('AWS::SecretsManager::Secret', {
      GenerateSecretString: { PasswordLength: 48, ExcludePunctuation: true },
    });
    api.hasResource('AWS::SecretsManager::Secret', { DeletionPolicy: 'Delete', UpdateReplacePolicy: 'Delete' });
    expect(statementsOf(api, 'BackendPassRole')).toEqual([
      { actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], on: [expect.stringContaining('BackendPassLog')] },
      { actions: ['secretsmanager:GetSecretValue'], on: [expect.stringContaining('BackendGatewaySecret')] },
    ]);
    expect(Object.keys(api.findOutputs('*'))).toContain('GatewaySecretArn');
  });

  it('lets only this API call its functions, and only Secrets Manager call the key rotation', () => {
    const permissions = Object.values(templates(BACKEND_URL).api.findResources('AWS::Lambda::Permission'));
    const byGateway = permissions.filter(({ Properties }) => Properties.Principal === 'apigateway.amazonaws.com');
    expect(permissions).toHaveLength(byGateway.length + 1);
    for (const { Properties } of byGateway) {
      expect(JSON.stringify(Properties.SourceArn)).toMatch(/\{"Ref":"ApiRest\w+"\}/);
    }
  });
});
