/** The error responses of the Management API: `{statusCode, error, message, errorCode}`. */
import { STATUS_CODES } from 'node:http';
import { Refusal, type Reply } from './http.ts';

export function apiErrorReply(status: number, message: string, errorCode?: string): Reply {
  const code = errorCode === undefined ? {} : { errorCode };
  return { status, body: { statusCode: status, error: STATUS_CODES[status], message, ...code } };
}

export function apiError(status: number, message: string, errorCode?: string): Refusal {
  return new Refusal(apiErrorReply(status, message, errorCode));
}

export function invalidBody(fault: string): Refusal {
  return apiError(400, `Payload validation error: ${fault}.`, 'invalid_body');
}

export function invalidQuery(fault: string): Refusal {
  return apiError(400, `Query validation error: ${fault}.`, 'invalid_query_string');
}

export function inexistent(what: string, errorCode: string): Refusal {
  return apiError(404, `The ${what} does not exist`, errorCode);
}
