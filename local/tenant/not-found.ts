/** The response for a path that this tenant does not have. */
import type { Reply } from './http.ts';

export const NOT_FOUND: Reply = { status: 404, body: { statusCode: 404, error: 'Not Found', message: 'Not Found' } };
