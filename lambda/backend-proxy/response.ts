/** Makes the response for the gateway: the backend's own, unchanged, or a problem document (RFC 9457). */
import { isUtf8 } from 'node:buffer';
import type { APIGatewayProxyResult } from 'aws-lambda';
import { fieldsThat, GATEWAY_SECRET_HEADER, namesOfConnection } from './request-headers.ts';
import type { BackendResponse } from './send.ts';

/** RFC 9110 section 7.6.1; the gateway sets the length itself. */
const NOT_FOR_CALLER: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'keep-alive',
  'proxy-authenticate',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  GATEWAY_SECRET_HEADER,
]);

/** Passes on a response, redirects and errors included. Text goes as text, other bytes as base64. */
export function fromBackend({ status, fields, body }: BackendResponse): APIGatewayProxyResult {
  const ofConnection = namesOfConnection(fields);
  const forCaller = fieldsThat(
    fields,
    (_name, _value, canonical) => !NOT_FOR_CALLER.has(canonical) && !ofConnection.has(canonical),
  );
  const isText = isUtf8(body);
  return {
    statusCode: status,
    multiValueHeaders: forCaller,
    body: body.toString(isText ? 'utf8' : 'base64'),
    isBase64Encoded: !isText,
  };
}

const TITLES = {
  400: 'Bad Request',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};

/** @param detail shown to the caller; it must say nothing about the backend */
export function problem(status: keyof typeof TITLES, detail: string): APIGatewayProxyResult {
  return {
    statusCode: status,
    multiValueHeaders: {
      'content-type': ['application/problem+json'],
      'cache-control': ['no-store'],
      'access-control-allow-origin': ['*'],
    },
    body: JSON.stringify({ title: TITLES[status], status, detail }),
    isBase64Encoded: false,
  };
}
