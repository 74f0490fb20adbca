/** The demo API behind the authorizer. It trusts `requestContext.authorizer`, which only API Gateway sets, and reads no header. */
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { principalOf } from '../../src/core/principal.ts';

/** Responds to `/whoami` with the principal, and to every other route with its name and the principal. */
export async function handler(event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> {
  const principal = principalOf(event.requestContext.authorizer ?? {});
  const { httpMethod, resource } = event;
  const body = resource === '/whoami' ? principal : { route: `${httpMethod} ${resource}`, principal };
  return {
    statusCode: 200,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', 'access-control-allow-origin': '*' },
    body: JSON.stringify(body),
  };
}
