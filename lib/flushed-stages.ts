/** Finds the stages of the APIs behind an authorizer, whose cached decisions are flushed after a revocation. */
import { Annotations, CfnResource, Stack } from 'aws-cdk-lib';
import type { CfnStage as CfnRestStage, IRestApi } from 'aws-cdk-lib/aws-apigateway';
import type { CfnStage as CfnHttpStage, IHttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import type { IConstruct } from 'constructs';
import type { FlushedStage } from './revocation.ts';

/** The APIs that use an authorizer. WebSocket APIs cache no decisions. */
export interface GuardedApis {
  readonly rest: readonly IRestApi[];
  readonly http: readonly IHttpApi[];
}

const REST_STAGE = 'AWS::ApiGateway::Stage';
const HTTP_STAGE = 'AWS::ApiGatewayV2::Stage';
/** The id for `Annotations.of(…).acknowledgeInfo(…)`. */
const OTHER_STACK_INFO = 'auth0-api-authorizer:cacheNotFlushed';

/** The stages of these APIs in the stack of the scope. For an API in another stack, a note says that its cache is not flushed. */
export function stagesToFlush(scope: IConstruct, { rest, http }: GuardedApis): readonly FlushedStage[] {
  noteOthers(scope, [...rest, ...http]);
  const restIds = new Set(rest.map((api) => resolved(scope, api.restApiId)));
  const httpIds = new Set(http.map((api) => resolved(scope, api.apiId)));
  return resourcesIn(Stack.of(scope)).flatMap((resource): readonly FlushedStage[] => {
    const { cfnResourceType: type, ref: stageName } = resource;
    if (type === REST_STAGE) {
      const { restApiId } = resource as CfnRestStage;
      return restIds.has(resolved(scope, restApiId)) ? [{ restApiId: String(restApiId), stageName }] : [];
    }
    if (type !== HTTP_STAGE) return [];
    const { apiId } = resource as CfnHttpStage;
    return httpIds.has(resolved(scope, apiId)) ? [{ httpApiId: String(apiId), stageName }] : [];
  });
}

/** The API needs the authorizer, and the flush needs the API. Between two stacks, this would be a cycle. */
function noteOthers(scope: IConstruct, apis: readonly IConstruct[]): void {
  for (const api of apis.filter((each) => Stack.of(each) !== Stack.of(scope))) {
    Annotations.of(scope).addInfoV2(
      `${OTHER_STACK_INFO}:${api.node.path}`,
      `The API ${api.node.path} is in another stack, so its cached decisions are not flushed after a revocation. They stay until resultsCacheTtl has passed.`,
    );
  }
}

function resourcesIn(stack: Stack): readonly CfnResource[] {
  return stack.node.findAll().filter((construct) => CfnResource.isCfnResource(construct));
}

/** A reference has another text each time it is written. */
function resolved(scope: IConstruct, value: unknown): string {
  return JSON.stringify(Stack.of(scope).resolve(value));
}
