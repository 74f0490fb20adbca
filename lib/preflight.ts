/** OPTIONS without an authorizer: a browser sends it before the credential, and without one. */
import type { IResource } from 'aws-cdk-lib/aws-apigateway';
import { DEFAULTS } from '../src/config/defaults.ts';
import type { Cors } from './cors.ts';
import { addMockMethod } from './mock-method.ts';

const ALL_METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

/**
 * Adds OPTIONS to a resource. The gateway itself responds.
 *
 * @param methods the methods of the resource; ANY stands for all
 */
export function addPreflight(resource: IResource, methods: readonly string[], cors: Cors = {}): void {
  const { allowOrigins = DEFAULTS.corsAllowOrigins, allowHeaders = DEFAULTS.corsAllowHeaders } = cors;
  const allowed = methods.includes('ANY') ? ALL_METHODS : methods;
  const [origin = '*', ...others] = allowOrigins;
  addMockMethod(resource, 'OPTIONS', {
    statusCode: '204',
    headers: {
      'Access-Control-Allow-Origin': origin,
      'Access-Control-Allow-Methods': ['OPTIONS', ...allowed].join(','),
      'Access-Control-Allow-Headers': allowHeaders.join(','),
      'Access-Control-Max-Age': '600',
      ...(others.length > 0 && { Vary: 'Origin' }),
    },
    template: others.length > 0 ? templateFor(others) : undefined,
    reason: 'A preflight has no credential, and reaches no backend.',
  });
}

/** The header has one value. The template replaces the first origin, which is the fixed one, by the caller's if it is allowed. */
function templateFor(origins: readonly string[]): string {
  return [
    '#set($origin = $input.params().header.get("Origin"))',
    // HTTP/2 has lower-case names.
    '#if(!$origin)#set($origin = $input.params().header.get("origin"))#end',
    `#if(${origins.map((origin) => `$origin == "${origin}"`).join(' || ')})`,
    '#set($context.responseOverride.header.Access-Control-Allow-Origin = $origin)',
    '#end',
  ].join('\n');
}
