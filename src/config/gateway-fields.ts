/** The schemas of the configuration values for the gateway and the logs, each with its error message. */
import { array, check, includes, minLength, picklist, pipe, regex, string } from 'valibot';
import { wholeNumber } from './fields.ts';
import { expecting } from './parse.ts';

const ORIGIN = expecting('"*", or an origin without path, such as "https://app.example"');
const ORIGINS = expecting('["*"], or a list of origins, such as ["https://app.example"]');

/** Origins whose pages may read the responses, as a browser writes them in `Origin`. */
export const corsAllowOrigins = pipe(
  array(pipe(string(ORIGIN), regex(/^(?:\*|https?:\/\/[a-z0-9.-]+(?::\d{1,5})?)$/, ORIGIN)), ORIGINS),
  minLength(1, ORIGINS),
  check((origins) => origins.length === 1 || !origins.includes('*'), ORIGINS),
);

const HEADER = expecting('the name of a header, such as "Content-Type"');
const HEADERS = expecting('a list of header names with "Authorization", such as ["Authorization", "Content-Type"]');

/** A browser sends the credential only if this names its header: `*` does not cover it. */
export const corsAllowHeaders = pipe(
  array(pipe(string(HEADER), regex(/^[A-Za-z0-9_-]{1,100}$/, HEADER)), HEADERS),
  includes('Authorization', HEADERS),
);

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html */
export const throttleRate = wholeNumber(1, 1_000_000, 'whole requests per second from 1 to 1000000');

export const throttleBurst = wholeNumber(1, 1_000_000, 'whole requests in a burst from 1 to 1000000');

/** @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const;

export const logRetentionDays = picklist(
  RETENTION_DAYS,
  expecting(`a number of days that CloudWatch Logs accepts: ${RETENTION_DAYS.join(', ')}`),
);
