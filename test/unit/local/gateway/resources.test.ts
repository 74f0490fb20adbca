import { describe, expect, it } from 'vitest';
import { resourcesOf } from '../../../../local/gateway/resources.ts';

const RESOURCES = resourcesOf(['GET /foo', 'POST /foo', 'ANY /foo/{id}', 'GET /foo/me', 'GET /up/{proxy+}', 'GET /']);

describe('the resource of a request', () => {
  it.each([
    ['GET', '/foo', '/foo'],
    ['DELETE', '/foo/42', '/foo/{id}'],
    ['GET', '/foo/me', '/foo/me'],
    ['GET', '/up/a/b', '/up/{proxy+}'],
    ['GET', '/', '/'],
  ])('is the most specific one: %s %s', (method, path, resource) => {
    expect(RESOURCES.find(method, path)).toBe(resource);
  });

  it.each([
    ['PUT', '/foo'],
    ['GET', '/foo/1/2'],
    ['GET', '/fooo'],
    ['GET', '/up'],
    ['POST', '/foo/me'],
  ])('is undefined if the API has no such method and path: %s %s', (method, path) => {
    expect(RESOURCES.find(method, path)).toBeUndefined();
  });
});
