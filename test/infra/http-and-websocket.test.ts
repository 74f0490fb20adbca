import { CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AuthorizationType, MockIntegration, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { HttpApi, HttpMethod, WebSocketApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpUrlIntegration, WebSocketMockIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { describe, expect, it } from 'vitest';
import { AuthorizerFunction } from '../../lib/authorizer-function.ts';
import type { AuthorizerFunctionProps } from '../../lib/authorizer-function-props.ts';
import { SigningKey } from '../../lib/signing-key.ts';
import { appWithFlags } from '../support/infra/synthesize.ts';

/** Creates a user's own stack with the authorizer and an API that the test adds. */
function ownStack(
  addApi: (stack: Stack, authorizer: AuthorizerFunction) => void,
  options: Partial<AuthorizerFunctionProps> = {},
): Template {
  const stack = new Stack(appWithFlags(), 'Own');
  const signingKey = new SigningKey(stack, 'SigningKey');
  const tenant = { issuer: 'https://tenant.auth0.com/', audience: 'https://my.api' };
  const routes = { 'GET /foo': ['read:foo'], 'GET /bar': [], 'GET /': [], 'POST /': [], $connect: ['read:foo'] };
  addApi(
    stack,
    new AuthorizerFunction(stack, 'Authorizer', {
      ...tenant,
      signingKey,
      routes,
      resultsCacheTtl: Duration.seconds(30),
      ...options,
    }),
  );
  return Template.fromStack(stack);
}

describe('the authorizer of an HTTP API', () => {
  const template = ownStack((stack, { httpAuthorizer: authorizer }) => {
    const integration = new HttpUrlIntegration('Backend', 'https://backend.example');
    new HttpApi(stack, 'Api').addRoutes({ path: '/foo', methods: [HttpMethod.GET], integration, authorizer });
  });

  it('sends simple responses of payload 2.0, cached by credential, route, method, domain and path', () => {
    template.hasResourceProperties('AWS::ApiGatewayV2::Authorizer', {
      AuthorizerType: 'REQUEST',
      AuthorizerPayloadFormatVersion: '2.0',
      EnableSimpleResponses: true,
      AuthorizerResultTtlInSeconds: 30,
      IdentitySource: [
        '$request.header.Authorization',
        '$context.routeKey',
        '$context.httpMethod',
        '$context.domainName',
        '$context.path',
      ],
    });
    template.hasResourceProperties('AWS::ApiGatewayV2::Route', { RouteKey: 'GET /foo', AuthorizationType: 'CUSTOM' });
  });

  it('is one authorizer for all routes of one API', () => {
    const ofTwoRoutes = ownStack((stack, authorizer) => {
      const integration = new HttpUrlIntegration('Backend', 'https://backend.example');
      const api = new HttpApi(stack, 'Api');
      for (const path of ['/foo', '/bar']) {
        api.addRoutes({ path, methods: [HttpMethod.GET], integration, authorizer: authorizer.httpAuthorizer });
      }
    });
    const [authorizerId, ...others] = Object.keys(ofTwoRoutes.findResources('AWS::ApiGatewayV2::Authorizer'));
    expect(others).toEqual([]);
    ofTwoRoutes.allResourcesProperties('AWS::ApiGatewayV2::Route', {
      AuthorizationType: 'CUSTOM',
      AuthorizerId: { Ref: authorizerId },
    });
    ofTwoRoutes.resourcePropertiesCountIs('AWS::Lambda::Permission', { Principal: 'apigateway.amazonaws.com' }, 1);
  });

  it('is a separate authorizer for each of two APIs', () => {
    const ofTwoApis = ownStack((stack, { httpAuthorizer: authorizer }) => {
      for (const id of ['First', 'Second']) {
        const integration = new HttpUrlIntegration('Backend', 'https://backend.example');
        new HttpApi(stack, id).addRoutes({ path: '/foo', methods: [HttpMethod.GET], integration, authorizer });
      }
    });
    const routes = Object.values(ofTwoApis.findResources('AWS::ApiGatewayV2::Route'));
    const apisOf = routes.map(({ Properties: { ApiId, AuthorizerId } }) => {
      const authorizers = ofTwoApis.findResources('AWS::ApiGatewayV2::Authorizer');
      return { route: ApiId, authorizer: authorizers[AuthorizerId.Ref]?.Properties.ApiId };
    });
    expect(new Set(apisOf.map(({ route }) => route.Ref)).size).toBe(2);
    for (const { route, authorizer } of apisOf) expect(authorizer).toEqual(route);
  });

  it('does not create an authorizer for a REST API, which no method would use', () => {
    template.resourceCountIs('AWS::ApiGateway::Authorizer', 0);
  });
});

describe('the authorizer of a WebSocket API', () => {
  it('guards $connect and requires the Authorization header', () => {
    const template = ownStack((stack, { webSocketAuthorizer: authorizer }) => {
      const integration = new WebSocketMockIntegration('Connect');
      new WebSocketApi(stack, 'Api', { connectRouteOptions: { integration, authorizer } });
    });
    template.hasResourceProperties('AWS::ApiGatewayV2::Authorizer', {
      AuthorizerType: 'REQUEST',
      IdentitySource: ['route.request.header.Authorization'],
    });
    template.hasResourceProperties('AWS::ApiGatewayV2::Route', { RouteKey: '$connect', AuthorizationType: 'CUSTOM' });
  });
});

describe('the authorizer of a WebSocket API that accepts a token in a subprotocol', () => {
  const template = ownStack(
    (stack, { webSocketAuthorizer: authorizer }) => {
      const integration = new WebSocketMockIntegration('Connect');
      new WebSocketApi(stack, 'Api', { connectRouteOptions: { integration, authorizer } });
    },
    { webSocketSubprotocols: true },
  );

  it('has no identity source, because API Gateway would refuse whoever lacks it before the function is called', () => {
    const [authorizer] = Object.values(template.findResources('AWS::ApiGatewayV2::Authorizer'));
    expect(authorizer?.Properties).toMatchObject({ AuthorizerType: 'REQUEST' });
    expect(authorizer?.Properties.IdentitySource ?? []).toEqual([]);
    template.hasResourceProperties('AWS::ApiGatewayV2::Route', { RouteKey: '$connect', AuthorizationType: 'CUSTOM' });
  });

  it('tells the function to read the subprotocols', () => {
    expect(JSON.stringify(template.toJSON())).toMatch(/\\"webSocketSubprotocols\\":true/);
  });
});

describe('the authorizer of two WebSocket APIs', () => {
  it('is a separate authorizer for each API', () => {
    const template = ownStack((stack, { webSocketAuthorizer: authorizer }) => {
      for (const id of ['First', 'Second']) {
        const integration = new WebSocketMockIntegration('Connect');
        new WebSocketApi(stack, id, { connectRouteOptions: { integration, authorizer } });
      }
    });
    template.resourceCountIs('AWS::ApiGatewayV2::Authorizer', 2);
  });
});

describe('each kind of authorizer', () => {
  it.each(['restAuthorizer', 'httpAuthorizer', 'webSocketAuthorizer'] as const)(
    'is the same object each time it is read: %s',
    (kind) => {
      ownStack((_stack, authorizer) => expect(authorizer[kind]).toBe(authorizer[kind]));
    },
  );

  it.each(['restAuthorizer', 'httpAuthorizer', 'webSocketAuthorizer'] as const)(
    'is not in the template unless a method or route uses it: %s',
    (kind) => {
      const unread = ownStack(() => undefined);
      const read = ownStack((_stack, authorizer) => expect(authorizer[kind]).toBeDefined());
      expect(read.toJSON()).toEqual(unread.toJSON());
    },
  );
});

describe('the authorizer of a REST API', () => {
  it('is one authorizer for all methods', () => {
    const template = ownStack((stack, { restAuthorizer: authorizer }) => {
      const options = { authorizer, authorizationType: AuthorizationType.CUSTOM };
      const { root } = new RestApi(stack, 'Api');
      for (const method of ['GET', 'POST']) root.addMethod(method, new MockIntegration(), options);
    });
    const [authorizerId, ...others] = Object.keys(template.findResources('AWS::ApiGateway::Authorizer'));
    expect(others).toEqual([]);
    template.allResourcesProperties('AWS::ApiGateway::Method', { AuthorizerId: { Ref: authorizerId } });
  });

  it('sets authorizationType, as an authorizer of aws-cdk-lib does', () => {
    const template = ownStack((stack, { restAuthorizer: authorizer }) => {
      new RestApi(stack, 'Api').root.addMethod('GET', new MockIntegration(), { authorizer });
    });
    template.allResourcesProperties('AWS::ApiGateway::Method', { AuthorizationType: 'CUSTOM' });
  });

  it('reports what to do if only its ID is used', () => {
    expect(() =>
      ownStack((stack, { restAuthorizer }) => {
        new CfnOutput(stack, 'Id', { value: restAuthorizer.authorizerId });
      }),
    ).toThrow('Pass restAuthorizer as the authorizer of a method of a RestApi.');
  });
});

describe('the authorizer of two REST APIs', () => {
  it('is refused, because it cannot be attached twice', () => {
    expect(() =>
      ownStack((stack, authorizer) => {
        for (const id of ['First', 'Second']) addMethod(stack, id, authorizer);
      }),
    ).toThrow('Cannot attach authorizer to two different rest APIs');
  });
});

function addMethod(stack: Stack, apiId: string, { restAuthorizer: authorizer }: AuthorizerFunction): void {
  const options = { authorizer, authorizationType: AuthorizationType.CUSTOM };
  new RestApi(stack, apiId).root.addMethod('GET', new MockIntegration(), options);
}
