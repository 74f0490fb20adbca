/** Finds the stages of the APIs behind an authorizer, whose cached decisions are flushed after a revocation. */
import { Annotations, CfnResource, type Duration, Stack } from 'aws-cdk-lib';
import type { CfnStage as CfnRestStage, IRestApi } from 'aws-cdk-lib/aws-apigateway';
import type { CfnStage as CfnHttpStage, IHttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import type { IConstruct } from 'constructs';
import { invalidProp } from './check-prop.ts';
import type { FlushedStage } from './revocation.ts';

/** The APIs that use an authorizer. WebSocket APIs cache no decisions. */
export interface GuardedApis {
  readonly rest: readonly IRestApi[];
  readonly http: readonly IHttpApi[];
}

export interface FlushedStagesOptions {
  readonly apis: GuardedApis;
  /** The stages that the operator names. */
  readonly flushedStages: readonly FlushedStage[];
  /** How long API Gateway caches a decision. */
  readonly resultsCacheTtl: Duration;
}

/** More would not fit into the environment and the rights of the function that flushes them. */
const MOST_STAGES = 10;
const REST_STAGE = 'AWS::ApiGateway::Stage';
const HTTP_STAGE = 'AWS::ApiGatewayV2::Stage';
/** The id for `Annotations.of(…).acknowledgeInfo(…)`. */
const NOT_FLUSHED_INFO = 'auth0-api-authorizer:cacheNotFlushed';

/**
 * The stages of these APIs in the stack of the scope, and in stacks nested in it. A note names each API without one: the API needs the
 * authorizer, and the flush needs the API, which would be a cycle between two stacks.
 */
export function stagesToFlush(
  scope: IConstruct,
  { apis, flushedStages, resultsCacheTtl }: FlushedStagesOptions,
): readonly FlushedStage[] {
  // Nothing is cached, so there is nothing to flush.
  if (!resultsCacheTtl.isUnresolved() && resultsCacheTtl.toSeconds({ integral: false }) === 0) return [];
  const stages = [...stagesOf(scope, apis), ...flushedStages];
  if (stages.length <= MOST_STAGES) return stages;
  throw invalidProp(
    scope,
    `${stages.length} stages would be flushed; expected at most ${MOST_STAGES} for one authorizer.`,
  );
}

function stagesOf(scope: IConstruct, { rest, http }: GuardedApis): readonly FlushedStage[] {
  const found = [
    ...rest.map((api) => ({ api, stages: restStagesOf(scope, api) })),
    ...http.map((api) => ({ api, stages: httpStagesOf(scope, api) })),
  ];
  for (const { api, stages } of found) if (stages.length === 0) noteNotFlushed(scope, api);
  return found.flatMap(({ stages }) => stages);
}

function restStagesOf(scope: IConstruct, { restApiId }: IRestApi): readonly FlushedStage[] {
  const stages = resourcesOf(scope, REST_STAGE).map((resource) => resource as CfnRestStage);
  const own = stages.filter((stage) => isSame(scope, stage.restApiId, restApiId));
  return own.map((stage) => ({ restApiId, stageName: stage.stageName ?? stage.ref }));
}

function httpStagesOf(scope: IConstruct, { apiId }: IHttpApi): readonly FlushedStage[] {
  const stages = resourcesOf(scope, HTTP_STAGE).map((resource) => resource as CfnHttpStage);
  return stages
    .filter((stage) => isSame(scope, stage.apiId, apiId))
    .map(({ stageName }) => ({ httpApiId: apiId, stageName }));
}

/** The name of a stage is used as it is written: a reference to the stage would make the authorizer depend on it. */
function resourcesOf(scope: IConstruct, type: string): readonly CfnResource[] {
  const own = Stack.of(scope);
  return own.node
    .findAll()
    .filter((construct) => CfnResource.isCfnResource(construct))
    .filter((resource) => resource.cfnResourceType === type && isInside(own, Stack.of(resource)));
}

function isInside(own: Stack, stack: Stack | undefined): boolean {
  return stack !== undefined && (stack === own || isInside(own, stack.nestedStackParent));
}

/** A reference has another text each time it is written. */
function isSame(scope: IConstruct, one: unknown, other: unknown): boolean {
  const [first, second] = [one, other].map((value) => JSON.stringify(Stack.of(scope).resolve(value)));
  return first === second;
}

function noteNotFlushed(scope: IConstruct, api: IConstruct): void {
  Annotations.of(scope).addInfoV2(
    `${NOT_FLUSHED_INFO}:${api.node.path}`,
    `No stage of the API ${api.node.path} is defined in this stack, so its cached decisions are not flushed after a revocation. They stay until resultsCacheTtl has passed. If the API is not in another stack, name its stages in flushedStages.`,
  );
}
