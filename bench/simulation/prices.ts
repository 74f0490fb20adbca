/**
 * What AWS charges in us-east-1, in US dollars. Collected in November 2026, from memory of AWS's pages; not compared with the price
 * lists. DynamoDB's are those since November 2024, when on-demand requests became half as expensive.
 *
 * @see https://aws.amazon.com/lambda/pricing/
 * @see https://aws.amazon.com/dynamodb/pricing/on-demand/
 * @see https://aws.amazon.com/cloudwatch/pricing/
 * @see https://aws.amazon.com/secrets-manager/pricing/
 */
import type { Result } from './simulate.ts';

export const PRICES = {
  lambdaRequest: 0.2 / 1e6,
  /** On arm64. */
  lambdaGigabyteSecond: 0.0000133334,
  logGigabyte: 0.5,
  /** Strongly consistent, up to 4 KB. */
  tableRead: 0.125 / 1e6,
  /** Up to 1 KB. */
  tableWrite: 0.625 / 1e6,
  secretRead: 0.05 / 1e4,
} as const;

const HOURS_IN_A_MONTH = 730;
const MEMORY_GIGABYTES = 0.5;
/** The line of the decision, and Lambda's own lines. */
const LOG_GIGABYTES = 1.3e-6;

/** Dollars in a month, if the load is the same all the time. */
export interface MonthlyCost {
  /** Lambda and its log. */
  readonly authorizer: number;
  /** DynamoDB, and reading the pepper. */
  readonly sharedState: number;
}

export function monthlyCost({ usage, seconds }: Pick<Result, 'usage' | 'seconds'>): MonthlyCost {
  const months = seconds / (HOURS_IN_A_MONTH * 3600);
  const { authorizerCalls, busyMs, cacheReads, markReads, cacheWrites, secretReads } = usage;
  const compute = (busyMs / 1000) * MEMORY_GIGABYTES * PRICES.lambdaGigabyteSecond;
  const authorizer = authorizerCalls * (PRICES.lambdaRequest + LOG_GIGABYTES * PRICES.logGigabyte) + compute;
  const tables = (cacheReads + markReads) * PRICES.tableRead + cacheWrites * PRICES.tableWrite;
  return { authorizer: authorizer / months, sharedState: (tables + secretReads * PRICES.secretRead) / months };
}
