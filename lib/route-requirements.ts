/**
 * What each route requires: what the props say, and what is said where an API defines its routes. A route that is behind the authorizer
 * and that neither mentions would be denied for everyone, so synthesis fails.
 */
import type { IConstruct } from 'constructs';
import { routes as routesSchema } from '../src/config/fields.ts';
import { doOverlap, isMentioned } from '../src/config/route-coverage.ts';
import { routeAudienceFault } from '../src/config/route-faults.ts';
import type { RouteSetting, RouteSettings } from '../src/core/routes.ts';
import type { AuthorizerOptions } from './authorizer-function-props.ts';
import { checkProp, invalidProp } from './check-prop.ts';

/**
 * A list requires all of its scopes, as `{ allOf }` does, and `[]` accepts every principal. `{ anyOf }` requires one of its scopes. With an
 * `audience`, the last two accept only tokens for this one.
 */
export type RouteRequirement = Exclude<RouteSetting, 'public'>;

/** A route that somebody has protected. */
interface Added {
  readonly requirement: RouteRequirement;
  /** The API that it is a route of. */
  readonly api: IConstruct;
}

export class RouteRequirements {
  readonly #added = new Map<string, Added>();
  readonly #given: RouteSettings;
  readonly #accepted: Pick<AuthorizerOptions, 'audience' | 'audiences'>;
  #isComplete = false;

  constructor(given: RouteSettings, accepted: Pick<AuthorizerOptions, 'audience' | 'audiences'>) {
    this.#given = given;
    this.#accepted = accepted;
  }

  /** All routes so far. */
  get all(): RouteSettings {
    const added = [...this.#added].map(([key, { requirement }]) => [key, requirement] as const);
    return { ...this.#given, ...Object.fromEntries(added) };
  }

  /** Says that the function's configuration is written: a later route would not be in it. */
  complete(): void {
    this.#isComplete = true;
  }

  /**
   * Adds a route.
   *
   * @throws ConfigurationError `configuration_invalid`
   */
  add(scope: IConstruct, key: string, requirement: RouteRequirement, api: IConstruct): void {
    this.#check(scope, key, requirement);
    this.#checkOtherApis(scope, key, requirement, api);
    this.#added.set(key, { requirement, api });
  }

  #check(scope: IConstruct, key: string, requirement: RouteRequirement): void {
    if (this.#isComplete) {
      throw invalidProp(
        scope,
        'protect came too late: the configuration is written. Call it before the app is synthesized, not from an Aspect.',
      );
    }
    checkProp(scope, 'requirement', { [key]: requirement }, routesSchema);
    const fault = routeAudienceFault({ ...this.#accepted, routes: { [key]: requirement } });
    if (fault !== undefined) throw invalidProp(scope, fault);
    const other = this.all[key];
    if (other !== undefined && !isSame(other, requirement)) {
      throw invalidProp(
        scope,
        `The route "${key}" has two requirements: ${JSON.stringify(other)} and ${JSON.stringify(requirement)}. Set only one of them.`,
      );
    }
  }

  /**
   * Describes what is wrong with these routes, which are behind the authorizer.
   *
   * @param api whose routes they are. What another API's route requires says nothing about them
   */
  faults(routeKeys: readonly string[], api: IConstruct): readonly string[] {
    const own = [...this.#added]
      .filter(([, added]) => added.api === api)
      .map(([key, { requirement }]) => [key, requirement]);
    const said = { ...this.#given, ...Object.fromEntries(own) };
    const missing = routeKeys.filter((key) => !isMentioned(key, said));
    return missing.map(
      (key) =>
        `The route "${key}" is behind the authorizer, but nothing says what it requires. Call protect(route, ['some:scope']), or add "${key}" to routes. [] accepts every principal.`,
    );
  }

  /** All APIs share one map. A route of one must not decide about requests to another. */
  #checkOtherApis(scope: IConstruct, key: string, requirement: RouteRequirement, api: IConstruct): void {
    const conflict = [...this.#added].find(
      ([other, added]) => added.api !== api && doOverlap(key, other) && !isSame(added.requirement, requirement),
    );
    if (!conflict) return;
    const [other, added] = conflict;
    throw invalidProp(
      scope,
      `"${key}" and "${other}" of the API ${added.api.node.path} can match the same path, but require different things. One authorizer has one map of routes for all its APIs: create another one for this API.`,
    );
  }
}

function isSame(a: RouteSetting, b: RouteSetting): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
