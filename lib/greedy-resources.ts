/** Finds the greedy resources of REST APIs, such as `/foo/{proxy+}`, among an application's constructs. */
import { CfnResource } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * Returns the path of each greedy resource. It recognizes a resource by its CloudFormation type and not by its class: the
 * classes of two copies of aws-cdk-lib are different ones.
 */
export function greedyResourcePaths(application: IConstruct): readonly string[] {
  return application.node.findAll().flatMap((construct) => {
    const pathPart = CfnResource.isCfnResource(construct) ? pathPartOf(construct) : '';
    return pathPart.endsWith('+}') ? [pathOf(construct.node.scope) ?? pathPart] : [];
  });
}

function pathPartOf(resource: CfnResource): string {
  const isResource = resource.cfnResourceType === 'AWS::ApiGateway::Resource';
  return isResource && 'pathPart' in resource && typeof resource.pathPart === 'string' ? resource.pathPart : '';
}

/** The path that CDK's own `Resource` knows; one made from CloudFormation's properties alone has none. */
function pathOf(construct: IConstruct | undefined): string | undefined {
  return construct && 'path' in construct && typeof construct.path === 'string' ? construct.path : undefined;
}
