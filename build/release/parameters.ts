/** The parameters of the CloudFormation template. Each has the name, meaning and default of a configuration key. */
import { CfnCondition, CfnParameter, type CfnParameterProps, Fn, type Stack } from 'aws-cdk-lib';

/** Keeps quotes and backslashes out of the JSON that a parameter becomes a part of. */
const ONE_WORD = {
  allowedPattern: '[^\\s"\\\\]+',
  constraintDescription: 'must not be empty, or contain spaces or quotes',
};
const ONE_WORD_OR_NOTHING = {
  allowedPattern: '[^\\s"\\\\]*',
  constraintDescription: 'must not contain spaces or quotes',
};
const URL = {
  allowedPattern: 'https?://[^\\s"\\\\]+/',
  constraintDescription: 'must be an https URL that ends in "/"',
};

const TEXTS = {
  Issuer: { ...URL, description: 'The URL of the tenant, with its final slash.' },
  Audience: { ...ONE_WORD, description: 'The identifier of the API at the tenant. The API must exist.' },
  ManagementSecret: {
    ...ONE_WORD,
    description:
      'Name of the secret {"clientId","clientSecret"} or {"clientId","privateKey"} of the client that sets up the tenant.',
  },
  Routes: {
    allowedPattern: '\\{[\\s\\S]+\\}',
    constraintDescription: 'must be a JSON object with at least one route',
    description: 'What each route requires, as JSON: {"GET /orders": ["read:orders"]}. At most about 3 KB.',
  },
  AssetsBucket: {
    ...ONE_WORD,
    description: 'The bucket with the zip files of this release, in the Region of the stack.',
  },
  AssetsPrefix: {
    ...ONE_WORD_OR_NOTHING,
    default: '',
    description: 'What the keys of the zip files begin with, such as auth0-api-authorizer/.',
  },
  TenantUrl: {
    allowedPattern: '(https?://[^\\s"\\\\]+/)?',
    constraintDescription: URL.constraintDescription,
    default: '',
    description: "The URL of the tenant's own domain, if the issuer is a custom domain.",
  },
  PasswordGrantSecret: {
    ...ONE_WORD_OR_NOTHING,
    default: '',
    description:
      'Name of the secret of the client that logs users in. Without it, Basic accepts app specific passwords only.',
  },
  RotationDays: {
    type: 'Number',
    minValue: 0,
    maxValue: 1000,
    default: 90,
    description: 'Days between two rotations of the key. 0 turns the schedule off.',
  },
  CacheTtlSeconds: {
    type: 'Number',
    minValue: 0,
    maxValue: 86_400,
    default: 300,
    description: 'How long the function caches a principal.',
  },
  NegativeTtlSeconds: {
    type: 'Number',
    minValue: 0,
    maxValue: 3600,
    default: 10,
    description: 'How long the function caches a refusal.',
  },
  BasicOrder: {
    allowedValues: ['auto', 'password-first', 'introspect-first'],
    default: 'auto',
    description: 'Whether a Basic secret is tried as a password or as an app specific password first.',
  },
  PermissionsAsScopes: {
    allowedValues: ['true', 'false'],
    default: 'false',
    description: 'Count the claim "permissions" as scopes.',
  },
  AlarmTopicArn: {
    ...ONE_WORD_OR_NOTHING,
    default: '',
    description: 'ARN of an SNS topic that is notified of alarms.',
  },
  ApiId: {
    allowedPattern: '[a-z0-9*]+',
    default: '*',
    description:
      'The ID of the API that may call the authorizer. "*" lets every API of the account and Region call it.',
  },
} satisfies Readonly<Record<string, CfnParameterProps>>;

const GROUPS: Readonly<Record<string, readonly ParameterName[]>> = {
  'The tenant': ['Issuer', 'Audience', 'ManagementSecret', 'TenantUrl', 'PasswordGrantSecret'],
  'What is allowed': ['Routes', 'BasicOrder', 'PermissionsAsScopes', 'ApiId'],
  'The files of the release': ['AssetsBucket', 'AssetsPrefix'],
  Operation: ['RotationDays', 'CacheTtlSeconds', 'NegativeTtlSeconds', 'AlarmTopicArn'],
};

export type ParameterName = keyof typeof TEXTS;
export type Parameters = Readonly<Record<ParameterName, CfnParameter>>;

/** Adds the parameters to the stack, and says how a console groups them. */
export function addParameters(stack: Stack): Parameters {
  const entries = Object.entries<CfnParameterProps>(TEXTS).map(([name, props]) => [
    name,
    new CfnParameter(stack, name, { type: 'String', ...props }),
  ]);
  stack.templateOptions.metadata = {
    'AWS::CloudFormation::Interface': {
      ParameterGroups: Object.entries(GROUPS).map(([label, names]) => ({
        Label: { default: label },
        Parameters: names,
      })),
    },
  };
  return Object.fromEntries(entries) as Parameters;
}

/** A condition for whether a parameter with an empty default is set. */
export function isSet(stack: Stack, parameter: CfnParameter): CfnCondition {
  return new CfnCondition(stack, `Has${parameter.node.id}`, {
    expression: Fn.conditionNot(Fn.conditionEquals(parameter.valueAsString, '')),
  });
}
