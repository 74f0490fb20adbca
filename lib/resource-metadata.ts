/** Serves the metadata of a REST API, by which clients find the issuer. The gateway itself responds, so no function runs. */
import { Lazy } from 'aws-cdk-lib';
import type { RestApiBase } from 'aws-cdk-lib/aws-apigateway';
import { Construct, type IConstruct } from 'constructs';
import { isResourcePath } from '../src/config/route-faults.ts';
import { RESOURCE_METADATA_HEADERS, type ResourceMetadataDocument } from '../src/resource-metadata/document.ts';
import { resourceMetadataPath, resourceMetadataUrl } from '../src/resource-metadata/location.ts';
import type { AuthorizerFunction } from './authorizer-function.ts';
import { invalidProp } from './check-prop.ts';
import { addMockMethod } from './mock-method.ts';
import { addPreflight } from './preflight.ts';

/** What the metadata of an API says beside what its authorizer knows, and where the API serves it. */
export interface ResourceMetadataOptions {
  /**
   * A name of the API for people, which clients may show to their users.
   *
   * @default - the metadata has no `resource_name`
   */
  readonly resourceName?: string;

  /**
   * The path at which the API serves the metadata. Set it if the API sees another path than the caller, because a custom domain maps
   * a base path to it.
   *
   * @default - the path of the metadata's URL, such as `/.well-known/oauth-protected-resource`
   */
  readonly path?: string;
}

/** The API that serves its metadata, and the authorizer that the metadata describes. */
export interface ResourceMetadataProps extends ResourceMetadataOptions {
  /** The API that serves the metadata. */
  readonly restApi: RestApiBase;

  /** The authorizer of the API, created with `resourceMetadata` and `publicUrl`. */
  readonly authorizer: AuthorizerFunction;
}

/**
 * Serves the metadata by which generic clients, such as those of MCP servers, find the issuer of an API.
 *
 * A client fetches it from the host of `publicUrl`, at `/.well-known/oauth-protected-resource` and the path of `publicUrl`. The own
 * host of a REST API cannot serve that, because its paths begin with the stage. Use a custom domain without a base path, or CloudFront.
 *
 * @see RFC 9728
 *
 * @example
 * const authorizer = new AuthorizerFunction(this, 'Authorizer', {
 *   issuer: 'https://tenant.auth0.com/',
 *   audience: 'https://mcp.example.com/mcp',
 *   publicUrl: 'https://mcp.example.com/mcp',
 *   resourceMetadata: true,
 *   signingKey,
 *   routes: { 'POST /mcp': ['use:tools'] },
 * });
 * new ResourceMetadata(this, 'Metadata', { restApi, authorizer, resourceName: 'My tools' });
 */
export class ResourceMetadata extends Construct {
  /** The URL at which clients look for the metadata. */
  readonly url: string;

  /** @throws ConfigurationError `configuration_invalid` */
  constructor(scope: Construct, id: string, props: ResourceMetadataProps) {
    super(scope, id);
    const { restApi, authorizer } = props;
    const { resource: publicUrl } = documentOf(this, authorizer);
    this.url = resourceMetadataUrl(publicUrl);
    const path = props.path ?? resourceMetadataPath(publicUrl);
    checkPath(this, path);
    const resource = restApi.root.resourceForPath(path);
    if (resource.node.tryFindChild('GET')) {
      throw invalidProp(
        this,
        `The API already has the method GET of ${path}. Remove it: the metadata is served there.`,
      );
    }
    addMockMethod(resource, 'GET', {
      statusCode: '200',
      headers: RESOURCE_METADATA_HEADERS,
      template: Lazy.string({ produce: () => this.#template(props) }),
      reason: 'The metadata is for everyone: a client reads it to find out where it gets a credential.',
    });
    // An API with default preflight options has added this.
    if (!resource.node.tryFindChild('OPTIONS')) addPreflight(resource, ['GET'], { allowHeaders: ['*'] });
  }

  /** Only now are all routes known. */
  #template({ authorizer, resourceName }: ResourceMetadataProps): string {
    const document = documentOf(this, authorizer);
    const json = JSON.stringify({ ...document, ...(resourceName !== undefined && { resource_name: resourceName }) });
    // In a mapping template, these two characters begin a variable and a directive.
    return json.replaceAll('$', '\\u0024').replaceAll('#', '\\u0023');
  }
}

function documentOf(scope: IConstruct, { resourceMetadata }: AuthorizerFunction): ResourceMetadataDocument {
  if (resourceMetadata) return resourceMetadata;
  throw invalidProp(
    scope,
    'authorizer: expected one with resourceMetadata and publicUrl; set them, so that challenges name the metadata.',
  );
}

function checkPath(scope: IConstruct, path: string): void {
  if (isResourcePath(path)) return;
  throw invalidProp(
    scope,
    `path: got "${path}"; expected a path of literal parts that API Gateway accepts: letters, digits, ".", "_", ":", "$" and "-"`,
  );
}
