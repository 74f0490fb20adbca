/** OPTIONS without an authorizer: a browser sends it before the credential, and without one. */
import {
  AuthorizationType,
  ContentHandling,
  type IResource,
  MockIntegration,
  PassthroughBehavior,
} from 'aws-cdk-lib/aws-apigateway';
import { acknowledgeOpenMethod } from './nag-reasons.ts';

/**
 * Adds OPTIONS to a resource. The gateway itself responds.
 *
 * @param methods the methods of the resource; ANY stands for all
 */
export function addPreflight(resource: IResource, methods: readonly string[]): void {
  const allowed = methods.includes('ANY') ? ALL_METHODS : methods;
  const headers = {
    'Access-Control-Allow-Origin': "'*'",
    'Access-Control-Allow-Methods': `'${['OPTIONS', ...allowed].join(',')}'`,
    'Access-Control-Allow-Headers': "'Authorization,Content-Type'",
    'Access-Control-Max-Age': "'600'",
  };
  const parameters = Object.entries(headers).map(([name, value]) => [`method.response.header.${name}`, value] as const);
  const integration = new MockIntegration({
    // Without this, an API whose bodies are all binary cannot read the template below.
    contentHandling: ContentHandling.CONVERT_TO_TEXT,
    passthroughBehavior: PassthroughBehavior.NEVER,
    requestTemplates: { 'application/json': '{"statusCode":204}' },
    integrationResponses: [{ statusCode: '204', responseParameters: Object.fromEntries(parameters) }],
  });
  const method = resource.addMethod('OPTIONS', integration, {
    authorizationType: AuthorizationType.NONE,
    methodResponses: [
      { statusCode: '204', responseParameters: Object.fromEntries(parameters.map(([name]) => [name, true])) },
    ],
  });
  acknowledgeOpenMethod(method, 'A preflight has no credential, and reaches no backend.');
}

const ALL_METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];
