/**
 * What each route requires: what the props say, and what is said where an API defines its routes. A route that is behind the authorizer
 * and that neither mentions would be denied for everyone, so synthesis fails.
 */
import type { IConstruct } from 'constructs';
import { routes as routesSchema } from '../src/config/fields.ts';
import { isMentioned } from '../src/config/route-coverage.ts';
import type { RouteSetting, RouteSettings } from '../src/core/routes.ts';
import { checkProp, invalidProp } from './check-prop.ts';

/** A list requires all of its scopes, and `[]` accepts every principal. `{ anyOf }` requires one of its scopes. */
export type RouteRequirement = Exclude<RouteSetting, 'public'>;

export class RouteRequirements {
  readonly #added = new Map<string, RouteRequirement>();
  readonly #given: RouteSettings;

  constructor(given: RouteSettings) {
    this.#given = given;
  }

  /** All routes so far. */
  get all(): RouteSettings {
    return { ...this.#given, ...Object.fromEntries(this.#added) };
  }

  /**
   * Adds a route.
   *
   * @throws ConfigurationError `configuration_invalid`
   */
  add(scope: IConstruct, key: string, requirement: RouteRequirement): void {
    checkProp(scope, 'requirement', { [key]: requirement }, routesSchema);
    const other = this.all[key];
    if (other !== undefined && JSON.stringify(other) !== JSON.stringify(requirement)) {
      throw invalidProp(
        scope,
        `The route "${key}" has two requirements: ${JSON.stringify(other)} and ${JSON.stringify(requirement)}. Set only one of them.`,
      );
    }
    this.#added.set(key, requirement);
  }

  /** Describes what is wrong with these routes, which are behind the authorizer. */
  faults(routeKeys: readonly string[]): readonly string[] {
    const { all } = this;
    const missing = routeKeys.filter((key) => !isMentioned(key, all));
    return missing.map(
      (key) =>
        `The route "${key}" is behind the authorizer, but nothing says what it requires, so every request would be denied. Call protect(route, ['some:scope']), or add "${key}" to routes. [] accepts every principal.`,
    );
  }
}
