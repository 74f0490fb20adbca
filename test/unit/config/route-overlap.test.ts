import { describe, expect, it } from 'vitest';
import { doOverlap } from '../../../src/config/route-overlap.ts';

describe('doOverlap', () => {
  it.each([
    ['GET /orders', 'GET /orders'],
    ['GET /orders', 'ANY /orders'],
    ['GET /orders/{id}', 'GET /orders/new'],
    ['GET /{kind}/new', 'GET /orders/{id}'],
    ['ANY /{proxy+}', 'GET /status'],
    ['ANY /admin/{proxy+}', 'GET /admin'],
    ['ANY /{proxy+}', 'GET /'],
    ['ANY /{proxy+}', 'POST /a/{proxy+}'],
    ['$connect', '$connect'],
  ])('is true for %s and %s', (first, second) => {
    expect(doOverlap(first, second)).toBe(true);
    expect(doOverlap(second, first)).toBe(true);
  });

  it.each([
    ['GET /orders', 'POST /orders'],
    ['GET /orders', 'GET /items'],
    ['GET /orders', 'GET /orders/{id}'],
    ['ANY /admin/{proxy+}', 'GET /orders'],
    ['GET /', 'GET /orders'],
    ['$connect', 'ANY /{proxy+}'],
  ])('is false for %s and %s', (first, second) => {
    expect(doOverlap(first, second)).toBe(false);
    expect(doOverlap(second, first)).toBe(false);
  });
});
