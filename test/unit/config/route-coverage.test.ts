import { describe, expect, it } from 'vitest';
import { doOverlap, isMentioned } from '../../../src/config/route-coverage.ts';

describe('isMentioned', () => {
  it.each<[string, Readonly<Record<string, readonly string[] | 'public'>>]>([
    ['GET /orders', { 'GET /orders': [] }],
    ['GET /orders', { 'ANY /orders': [] }],
    ['GET /orders/{id}', { 'GET /orders/{id}': [] }],
    ['GET /orders', { 'ANY /orders/{proxy+}': [] }],
    ['ANY /orders', { 'GET /orders': [] }],
    ['ANY /health', { 'GET /health': 'public' }],
    ['ANY /{proxy+}', { 'GET /orders/{id}': [] }],
    ['GET /a/{proxy+}', { 'GET /a/b': [] }],
    ['ANY /', { 'GET /orders': [] }],
    ['$default', { 'GET /orders': [] }],
    ['$connect', { $connect: [] }],
  ])('is true for %s with %j', (key, routes) => {
    expect(isMentioned(key, routes)).toBe(true);
  });

  it.each<[string, Readonly<Record<string, readonly string[] | 'public'>>]>([
    ['GET /orders', {}],
    ['GET /orders', { 'POST /orders': [] }],
    ['GET /orders', { 'GET /orders/{id}': [] }],
    ['GET /orders', { 'GET /orders': 'public' }],
    // A resource that is not greedy is looked up by its own name only.
    ['GET /orders', { 'ANY /{proxy+}': [] }],
    ['GET /orders/{id}', { 'ANY /{proxy+}': [] }],
    ['ANY /orders', { 'GET /ordersets': [] }],
    ['GET /a/{proxy+}', { 'POST /a/b': [], 'GET /b/a': [] }],
    ['$default', {}],
    ['$connect', { 'GET /': [] }],
  ])('is false for %s with %j', (key, routes) => {
    expect(isMentioned(key, routes)).toBe(false);
  });
});

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
