/** A method without an authorizer to which the gateway itself responds: no function runs, and nothing reaches the backend. */
import {
  AuthorizationType,
  ContentHandling,
  type IResource,
  MockIntegration,
  PassthroughBehavior,
} from 'aws-cdk-lib/aws-apigateway';
import { acknowledgeOpenMethod } from './nag-reasons.ts';

interface MockResponse {
  readonly statusCode: string;
  readonly headers: Readonly<Record<string, string>>;
  /** A mapping template. @default - no body */
  readonly template?: string | undefined;
  /** Why the method needs no authorizer. */
  readonly reason: string;
}

export function addMockMethod(
  resource: IResource,
  name: string,
  { statusCode, headers, template, reason }: MockResponse,
): void {
  const parameters = Object.entries(headers).map(([header, value]) => [`method.response.header.${header}`, value]);
  const integration = new MockIntegration({
    // Without this, an API whose bodies are all binary cannot read the template below.
    contentHandling: ContentHandling.CONVERT_TO_TEXT,
    passthroughBehavior: PassthroughBehavior.NEVER,
    requestTemplates: { 'application/json': `{"statusCode":${statusCode}}` },
    integrationResponses: [
      {
        statusCode,
        responseParameters: Object.fromEntries(parameters.map(([header, value]) => [header, `'${value}'`])),
        ...(template !== undefined && {
          // The same for the body of the response, which would be decoded as base64.
          contentHandling: ContentHandling.CONVERT_TO_TEXT,
          responseTemplates: { 'application/json': template },
        }),
      },
    ],
  });
  const method = resource.addMethod(name, integration, {
    authorizationType: AuthorizationType.NONE,
    apiKeyRequired: false,
    methodResponses: [
      { statusCode, responseParameters: Object.fromEntries(parameters.map(([header]) => [header, true])) },
    ],
  });
  acknowledgeOpenMethod(method, reason);
}
