/** Serves the metadata of an API, by which clients find the issuer. A REST API responds itself; an HTTP API needs a function for it. */
import { Lazy } from 'aws-cdk-lib';
import type { RestApiBase } from 'aws-cdk-lib/aws-apigateway';
import { type HttpApi, HttpMethod, HttpNoneAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Construct, type IConstruct } from 'constructs';
import { parseResourceMetadataConfiguration } from '../src/config/function-configurations.ts';
import { isResourcePath } from '../src/config/route-faults.ts';
import type { ResourceMetadataDocument } from '../src/resource-metadata/document.ts';
import { resourceMetadataPath, resourceMetadataUrl } from '../src/resource-metadata/location.ts';
import { RESOURCE_METADATA_HEADERS } from '../src/resource-metadata/response.ts';
import { acknowledge } from './acknowledge.ts';
import type { AuthorizerFunction } from './authorizer-function.ts';
import { invalidProp } from './check-prop.ts';
import { functionConfiguration } from './function-configuration.ts';
import { addMockMethod } from './mock-method.ts';
import { addPreflight } from './preflight.ts';
import { ServiceFunction } from './service-function.ts';

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
  /** The API that serves the metadata: a REST API or an HTTP API. */
  readonly api: RestApiBase | HttpApi;

  /** The authorizer of the API, created with `resourceMetadata` and `publicUrl`. */
  readonly authorizer: AuthorizerFunction;
}

const REASON = 'The metadata is for everyone: a client reads it to find out where it gets a credential.';
/** A function's environment holds 4 KB, with the names of its variables. */
const MAXIMUM_BYTES = 3072;

/**
 * Serves the metadata by which generic clients, such as those of MCP servers, find the issuer of an API.
 *
 * A client fetches it from the host of `publicUrl`, at `/.well-known/oauth-protected-resource` and the path of `publicUrl`. The own
 * host of a REST API cannot serve that, because its paths begin with the stage: use a custom domain without a base path, or CloudFront.
 * An HTTP API with the stage `$default` can, but its 401 and 403 cannot name the metadata.
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
 * new ResourceMetadata(this, 'Metadata', { api: restApi, authorizer, resourceName: 'My tools' });
 */
export class ResourceMetadata extends Construct {
  /** The URL at which clients look for the metadata. */
  readonly url: string;

  readonly #props: ResourceMetadataProps;

  /** @throws ConfigurationError `configuration_invalid` */
  constructor(scope: Construct, id: string, props: ResourceMetadataProps) {
    super(scope, id);
    this.#props = props;
    const { resource: publicUrl } = this.#document();
    this.url = resourceMetadataUrl(publicUrl);
    const { api, path = resourceMetadataPath(publicUrl) } = props;
    checkPath(this, path);
    if ('root' in api) this.#addToRestApi(api, path);
    else this.#addToHttpApi(api, path);
  }

  #addToRestApi(api: RestApiBase, path: string): void {
    const resource = api.root.resourceForPath(path);
    if (resource.node.tryFindChild('GET')) {
      throw invalidProp(
        this,
        `The API already has the method GET of ${path}. Remove it: the metadata is served there.`,
      );
    }
    addMockMethod(resource, 'GET', {
      statusCode: '200',
      headers: RESOURCE_METADATA_HEADERS,
      template: this.#later((document) => forMappingTemplate(JSON.stringify(document))),
      reason: REASON,
    });
    // An API with default preflight options has added this.
    if (!resource.node.tryFindChild('OPTIONS')) addPreflight(resource, ['GET'], { allowHeaders: ['*'] });
  }

  #addToHttpApi(api: HttpApi, path: string): void {
    const { function: handler } = new ServiceFunction(this, 'Serve', {
      folder: 'resource-metadata',
      description: 'Serves the metadata by which clients find the issuer.',
      environment: { CONFIG: this.#later((document) => this.#configuration(document)) },
    });
    const routes = api.addRoutes({
      path,
      methods: [HttpMethod.GET, HttpMethod.OPTIONS],
      integration: new HttpLambdaIntegration('Metadata', handler),
      authorizer: new HttpNoneAuthorizer(),
    });
    for (const route of routes) acknowledge(route, { id: 'AwsSolutions-APIG4', reason: REASON });
  }

  #configuration(document: ResourceMetadataDocument): string {
    const config = functionConfiguration(this, { document }, parseResourceMetadataConfiguration);
    const bytes = Buffer.byteLength(config);
    if (bytes <= MAXIMUM_BYTES) return config;
    throw invalidProp(
      this,
      `The metadata has ${bytes} bytes; expected at most ${MAXIMUM_BYTES}, because a function's environment holds 4 KB. Serve authorizer.resourceMetadata yourself, or from a REST API.`,
    );
  }

  /** Only at the end of synthesis are all routes known. */
  #later(write: (document: ResourceMetadataDocument) => string): string {
    return Lazy.string({ produce: () => write(this.#document()) });
  }

  #document(): ResourceMetadataDocument {
    const { authorizer, resourceName } = this.#props;
    const { resourceMetadata: document } = authorizer;
    if (document) return { ...document, ...(resourceName !== undefined && { resource_name: resourceName }) };
    throw invalidProp(
      this,
      'authorizer: expected one with resourceMetadata and publicUrl; set them, so that challenges name the metadata.',
    );
  }
}

/** `$` begins a variable of a mapping template, and `#` a directive. In JSON they can be written otherwise. A token of CDK stays. */
function forMappingTemplate(json: string): string {
  return json.replace(/\$(?!\{Token\[)/g, '\\u0024').replaceAll('#', '\\u0023');
}

function checkPath(scope: IConstruct, path: string): void {
  if (isResourcePath(path)) return;
  throw invalidProp(
    scope,
    `path: got "${path}"; expected a path of literal parts that API Gateway accepts: letters, digits, ".", "_", ":", "$" and "-"`,
  );
}
