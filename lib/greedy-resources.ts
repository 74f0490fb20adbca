/** Finds the greedy resources of REST APIs, such as `/foo/{proxy+}`, among an application's constructs. */
import { CfnResource } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** The resources of catch-alls: no method of theirs has an authorizer, so there is no decision to cache. */
const CATCH_ALLS = new WeakSet<IConstruct>();

/** Leaves out a resource that the API has only for its catch-all. */
export function exemptCatchAll(resource: IConstruct): void {
  CATCH_ALLS.add(resource);
}

/**
 * Returns the path of each greedy resource. It recognizes a resource by its CloudFormation type and not by its class, because
 * another copy of aws-cdk-lib has other classes.
 */
export function greedyResourcePaths(application: IConstruct): readonly string[] {
  return application.node.findAll().flatMap((construct) => {
    const pathPart = CfnResource.isCfnResource(construct) ? pathPartOf(construct) : '';
    if (construct.node.scope && CATCH_ALLS.has(construct.node.scope)) return [];
    return pathPart.endsWith('+}') ? [pathOf(construct.node.scope) ?? pathPart] : [];
  });
}

function pathPartOf(resource: CfnResource): string {
  const isResource = resource.cfnResourceType === 'AWS::ApiGateway::Resource';
  return isResource && 'pathPart' in resource && typeof resource.pathPart === 'string' ? resource.pathPart : '';
}

/** CDK's own `Resource` knows its path. A `CfnResource` alone does not. */
function pathOf(construct: IConstruct | undefined): string | undefined {
  return construct && 'path' in construct && typeof construct.path === 'string' ? construct.path : undefined;
}
