/** Describes an API as its clients need to know it (RFC 9728), from the props of its authorizer. */
import { Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { PROOF_ALGORITHMS } from '../src/config/challenges.ts';
import { resourceMetadataFault } from '../src/config/configuration.ts';
import type { RouteSettings } from '../src/core/routes.ts';
import { type ResourceMetadataDocument, resourceMetadata } from '../src/resource-metadata/document.ts';
import { resourceMetadataUrl } from '../src/resource-metadata/location.ts';
import type { AuthorizerOptions } from './authorizer-function-props.ts';
import { invalidProp } from './check-prop.ts';

/**
 * The URL of the metadata, which challenges name; `undefined` without `resourceMetadata`.
 *
 * @throws ConfigurationError `configuration_invalid`
 */
export function metadataUrl(scope: IConstruct, props: AuthorizerOptions): string | undefined {
  const { resourceMetadata: isServed = false, publicUrl, audience, audiences = [] } = props;
  if (!isServed) return undefined;
  const fault = resourceMetadataFault({ resourceMetadata: true, publicUrl, audience, audiences: [...audiences] });
  if (fault !== undefined) throw invalidProp(scope, `resourceMetadata: ${fault}`);
  if (publicUrl === undefined || Token.isUnresolved(publicUrl)) {
    throw invalidProp(
      scope,
      'publicUrl: got a URL that is known only at deployment; expected one that is known at synthesis',
    );
  }
  return resourceMetadataUrl(publicUrl);
}

/** The URL of metadata that is served; `undefined` if none is. */
export function urlOfMetadata(document: ResourceMetadataDocument | undefined): string | undefined {
  return document && resourceMetadataUrl(document.resource);
}

/** The metadata; `undefined` without `resourceMetadata`. */
export function metadataDocument(
  { resourceMetadata: isServed = false, publicUrl, ...props }: AuthorizerOptions,
  routes: RouteSettings,
): ResourceMetadataDocument | undefined {
  if (!isServed || publicUrl === undefined) return undefined;
  return resourceMetadata({ ...props, publicUrl, routes }, PROOF_ALGORITHMS);
}
