import { describe, expect, it } from 'vitest';
import { greedyRootNotes, withGreedyRoots } from '../../../src/config/greedy-roots.ts';
import type { RouteSettings } from '../../../src/core/routes.ts';

describe('the root of a greedy route', () => {
  it('becomes a route with the same requirement', () => {
    expect(withGreedyRoots({ 'GET /a/{rest+}': { anyOf: ['x', 'y'] }, 'ANY /{proxy+}': [] })).toEqual({
      'GET /a/{rest+}': { anyOf: ['x', 'y'] },
      'GET /a': { anyOf: ['x', 'y'] },
      'ANY /{proxy+}': [],
      'ANY /': [],
    });
  });

  it('accepts a parameter as its last segment', () => {
    expect(withGreedyRoots({ 'ANY /a/{id}/{proxy+}': ['s'] })).toHaveProperty('ANY /a/{id}', ['s']);
  });

  it.each<[string, RouteSettings]>([
    ['a route of the same method', { 'GET /a/{proxy+}': ['s'], 'GET /a': ['t'] }],
    ['a route of any method', { 'GET /a/{proxy+}': ['s'], 'ANY /a': ['t'] }],
    ['a public route', { 'ANY /a/{proxy+}': ['s'], 'ANY /a': 'public' }],
  ])('keeps the settings of %s that names the root', (_, routes) => {
    expect(withGreedyRoots(routes)).toEqual(routes);
    expect(greedyRootNotes(routes)).toEqual([]);
  });

  it('keeps those settings for that method only', () => {
    const routes: RouteSettings = { 'ANY /a/{proxy+}': ['s'], 'GET /a': 'public' };
    expect(withGreedyRoots(routes)).toEqual({ ...routes, 'ANY /a': ['s'] });
  });

  it('does not become public with a public greedy route', () => {
    const routes: RouteSettings = { 'ANY /docs/{proxy+}': 'public', 'GET /me': [], $connect: [] };
    expect(withGreedyRoots(routes)).toEqual(routes);
    expect(greedyRootNotes(routes)).toEqual([]);
  });
});

describe('the notes on greedy routes', () => {
  it.each<[string, RouteSettings, string]>([
    [
      'the route that would apply otherwise',
      { 'ANY /{proxy+}': [], 'ANY /admin/{proxy+}': ['admin'] },
      'The route "ANY /admin/{proxy+}" also covers "/admin" and "/admin/", where "ANY /{proxy+}" would apply otherwise. To require something else there, add the route "ANY /admin".',
    ],
    [
      'a public route that would apply otherwise',
      { 'ANY /{proxy+}': 'public', 'GET /admin/{proxy+}': ['admin'] },
      'The route "GET /admin/{proxy+}" also covers "/admin" and "/admin/", where "ANY /{proxy+}" would apply otherwise. To require something else there, add the route "GET /admin".',
    ],
    [
      'a root to which no other route would apply',
      { 'GET /me': [], 'ANY /a/{id}/{proxy+}': ['s'] },
      'The route "ANY /a/{id}/{proxy+}" also covers "/a/{id}" and "/a/{id}/", where no other route would apply. To require something else there, add the route "ANY /a/{id}".',
    ],
    [
      'a parameter route, which does not name the root',
      { 'ANY /{id}': [], 'ANY /admin/{proxy+}': ['admin'] },
      'The route "ANY /admin/{proxy+}" also covers "/admin" and "/admin/", where "ANY /{id}" would apply otherwise. To require something else there, add the route "ANY /admin".',
    ],
  ])('name %s', (_, routes, note) => {
    expect(greedyRootNotes(routes)).toEqual([note]);
  });

  it('say nothing if it makes no difference', () => {
    expect(greedyRootNotes({ 'ANY /{proxy+}': ['s'], 'GET /a/{proxy+}': ['s'] })).toEqual([]);
    expect(greedyRootNotes({ 'ANY /{proxy+}': [] })).toEqual([]);
    expect(greedyRootNotes({ 'GET /a/{id}': [] })).toEqual([]);
  });
});
