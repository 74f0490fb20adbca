/**
 * The result of a deployment: the code and the environment of each function, and the properties of its custom resources. Reads
 * them from the templates and the account, so that a test need not know them.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Account, sendToAws } from '../../../local/deployment/aws-request.ts';
import { isJsonObject, type JsonObject, parseJson } from '../../../src/core/json.ts';
import { query } from '../aws/inventory.ts';
import type { FunctionCode } from './running-function.ts';

const VERSION = '2010-05-15';
const SUFFIX = '.template.json';

interface Resource {
  readonly logicalId: string;
  readonly type: string;
  /** Such as `Auth0Authorizer/Authorizer/Decide/Function/Resource`. */
  readonly path: string;
  readonly assetPath: string;
  readonly properties: JsonObject;
}

export class DeployedStacks {
  readonly #account: Account;
  readonly #assembly: string;
  readonly #resources: readonly Resource[];
  readonly #physicalIds: ReadonlyMap<string, string>;
  readonly #exports: ReadonlyMap<string, string>;

  private constructor(account: Account, assembly: string, parts: Parts) {
    this.#account = account;
    this.#assembly = assembly;
    this.#resources = parts.resources;
    this.#physicalIds = parts.physicalIds;
    this.#exports = parts.exports;
  }

  /** @param assembly the folder that was deployed */
  static async read(account: Account, assembly: string): Promise<DeployedStacks> {
    const files = (await readdir(assembly)).filter((file) => file.endsWith(SUFFIX));
    const templates = await Promise.all(files.map((file) => readFile(join(assembly, file), 'utf8')));
    const stacks = files.map((file) => file.slice(0, -SUFFIX.length));
    const described = await Promise.all(
      stacks.map((StackName) => query(account, 'cloudformation', 'DescribeStackResources', VERSION, { StackName })),
    );
    const exported = await query(account, 'cloudformation', 'ListExports', VERSION);
    return new DeployedStacks(account, assembly, {
      resources: templates.flatMap(resourcesOf),
      physicalIds: pairs(described.join(''), 'LogicalResourceId', 'PhysicalResourceId'),
      exports: pairs(exported, 'Name', 'Value'),
    });
  }

  /** The function whose construct path matches. */
  async function(path: RegExp): Promise<FunctionCode> {
    const { logicalId, assetPath, properties } = this.#find(
      (resource) => resource.type === 'AWS::Lambda::Function' && path.test(resource.path),
    );
    const name = this.#physicalIds.get(logicalId) ?? '';
    const request = { service: 'lambda', method: 'GET', path: `/2015-03-31/functions/${name}/configuration` } as const;
    const configuration = parseJson((await sendToAws(this.#account, request)).text);
    return {
      directory: join(this.#assembly, assetPath),
      handler: String(properties.Handler),
      environment: variablesOf(configuration),
    };
  }

  /** The properties that the only custom resource of a type receives. */
  customResourceProperties(type: string): JsonObject {
    const resolved = this.#resolve(this.#find((resource) => resource.type === type).properties);
    return isJsonObject(resolved) ? resolved : {};
  }

  #find(matches: (resource: Resource) => boolean): Resource {
    const found = this.#resources.find(matches);
    if (!found) throw new Error(`No template has such a resource: ${matches}`);
    return found;
  }

  /** Resolves intrinsic functions. Replaces an attribute with the physical id, which identifies the resource as well. */
  #resolve(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((element) => this.#resolve(element));
    if (!isJsonObject(value)) return value;
    const { Ref, 'Fn::GetAtt': attribute, 'Fn::ImportValue': name, 'Fn::Join': join } = value;
    if (typeof Ref === 'string') return this.#reference(Ref);
    if (Array.isArray(attribute)) return this.#reference(String(attribute[0]));
    if (typeof name === 'string') return this.#exports.get(name) ?? '';
    if (Array.isArray(join) && Array.isArray(join[1])) {
      return join[1].map((part) => String(this.#resolve(part))).join(String(join[0]));
    }
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, this.#resolve(inner)]));
  }

  #reference(name: string): string {
    const { id, region } = this.#account;
    const pseudo = new Map([
      ['AWS::Region', region],
      ['AWS::AccountId', id],
      ['AWS::Partition', 'aws'],
      ['AWS::URLSuffix', 'amazonaws.com'],
    ]);
    return pseudo.get(name) ?? this.#physicalIds.get(name) ?? '';
  }
}

interface Parts {
  readonly resources: readonly Resource[];
  readonly physicalIds: ReadonlyMap<string, string>;
  readonly exports: ReadonlyMap<string, string>;
}

function resourcesOf(template: string): readonly Resource[] {
  const parsed = parseJson(template);
  const resources = isJsonObject(parsed) && isJsonObject(parsed.Resources) ? parsed.Resources : {};
  return Object.entries(resources).map(([logicalId, resource]) => {
    const { Type, Properties, Metadata } = isJsonObject(resource) ? resource : {};
    const metadata = isJsonObject(Metadata) ? Metadata : {};
    return {
      logicalId,
      type: String(Type),
      path: String(metadata['aws:cdk:path']),
      assetPath: String(metadata['aws:asset:path']),
      properties: isJsonObject(Properties) ? Properties : {},
    };
  });
}

function variablesOf(configuration: unknown): Readonly<Record<string, string>> {
  const environment = isJsonObject(configuration) ? configuration.Environment : undefined;
  const variables = isJsonObject(environment) && isJsonObject(environment.Variables) ? environment.Variables : {};
  return Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, String(value)]));
}

/** Two elements of each `<member>` of a list in XML. */
function pairs(xml: string, key: string, value: string): ReadonlyMap<string, string> {
  const members = xml.split('</member>');
  return new Map(members.map((member) => [textOf(member, key), textOf(member, value)]));
}

function textOf(xml: string, element: string): string {
  return new RegExp(`<${element}>([^<]*)</${element}>`).exec(xml)?.[1] ?? '';
}
