/** Lists the resources of an account, and reads every text that might contain a secret. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Account, callAws, sendToAws } from '../../../local/deployment/aws-request.ts';
import { isJsonObject } from '../../../src/core/json.ts';

/** Names by kind, including the stacks of the CDK's own bootstrap. */
export interface Inventory {
  readonly functions: readonly string[];
  readonly roles: readonly string[];
  readonly secrets: readonly string[];
  readonly parameters: readonly string[];
  readonly tables: readonly string[];
  readonly logGroups: readonly string[];
  readonly apis: readonly string[];
  readonly alarms: readonly string[];
  readonly rules: readonly string[];
}

export async function inventoryOf(account: Account): Promise<Inventory> {
  const [functions, apis, roles, secrets, parameters, tables, logGroups, alarms, rules] = await Promise.all([
    getJson(account, 'lambda', '/2015-03-31/functions/'),
    getJson(account, 'apigateway', '/restapis'),
    query(account, 'iam', 'ListRoles', '2010-05-08'),
    callAws(account, 'secretsmanager', 'secretsmanager.ListSecrets', { IncludePlannedDeletion: true }),
    callAws(account, 'ssm', 'AmazonSSM.DescribeParameters', {}),
    callAws(account, 'dynamodb', 'DynamoDB_20120810.ListTables', {}),
    callAws(account, 'logs', 'Logs_20140328.DescribeLogGroups', {}),
    query(account, 'monitoring', 'DescribeAlarms', '2010-08-01'),
    callAws(account, 'events', 'AWSEvents.ListRules', {}),
  ]);
  return {
    functions: texts(functions, 'FunctionName'),
    apis: texts(apis, 'id'),
    alarms: elements(alarms, 'AlarmName'),
    rules: texts(rules, 'Name'),
    roles: elements(roles, 'RoleName'),
    secrets: texts(secrets, 'Name'),
    parameters: texts(parameters, 'Name'),
    tables: tableNames(tables),
    logGroups: texts(logGroups, 'logGroupName'),
  };
}

/** Every line that any function has logged so far, in any log group that still exists. */
export async function logsOf(account: Account): Promise<string> {
  const { logGroups } = await inventoryOf(account);
  const events = await Promise.all(
    logGroups.map((logGroupName) => callAws(account, 'logs', 'Logs_20140328.FilterLogEvents', { logGroupName })),
  );
  return JSON.stringify(events);
}

/** Every event and the description of every stack, including deleted stacks, as XML. */
export async function stackTextsOf(account: Account): Promise<string> {
  const version = '2010-05-15';
  const list = await query(account, 'cloudformation', 'ListStacks', version);
  const ids = elements(list, 'StackId');
  const texts = await Promise.all(
    ids.flatMap((id) => [
      query(account, 'cloudformation', 'DescribeStackEvents', version, { StackName: id }),
      query(account, 'cloudformation', 'DescribeStacks', version, { StackName: id }).catch(String),
    ]),
  );
  return [list, ...texts].join('\n');
}

/** Every parameter with its value. */
export async function parametersOf(account: Account): Promise<string> {
  const { parameters } = await inventoryOf(account);
  const values = await Promise.all(
    parameters.map((Name) => callAws(account, 'ssm', 'AmazonSSM.GetParameter', { Name })),
  );
  return JSON.stringify(values);
}

/** Every item of every table. */
export async function tableItemsOf(account: Account): Promise<string> {
  const { tables } = await inventoryOf(account);
  const items = await Promise.all(
    tables.map((TableName) => callAws(account, 'dynamodb', 'DynamoDB_20120810.Scan', { TableName })),
  );
  return JSON.stringify(items);
}

/** Every file of an assembly: templates, manifests, the code of the functions. */
export async function filesIn(directory: string): Promise<string> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return (await Promise.all(files.map((file) => readFile(file, 'utf8')))).join('\n');
}

export async function readSecret(account: Account, SecretId: string): Promise<string> {
  const response = await callAws(account, 'secretsmanager', 'secretsmanager.GetSecretValue', { SecretId });
  return isJsonObject(response) ? String(response.SecretString) : '';
}

async function getJson(account: Account, service: string, path: string): Promise<unknown> {
  return JSON.parse((await sendToAws(account, { service, method: 'GET', path })).text);
}

/** Calls one operation of a service with an XML protocol. */
export async function query(
  account: Account,
  service: string,
  Action: string,
  Version: string,
  parameters: Readonly<Record<string, string>> = {},
): Promise<string> {
  const body = new URLSearchParams({ Action, Version, ...parameters }).toString();
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return (await sendToAws(account, { service, method: 'POST', path: '/', headers, body })).text;
}

function tableNames(response: unknown): readonly string[] {
  const names = isJsonObject(response) ? response.TableNames : [];
  return Array.isArray(names) ? names.map(String) : [];
}

/** All texts under a member's name, however deep. */
function texts(value: unknown, member: string): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((element) => texts(element, member));
  if (!isJsonObject(value)) return [];
  const own = value[member];
  return typeof own === 'string' ? [own] : Object.values(value).flatMap((inner) => texts(inner, member));
}

function elements(xml: string, name: string): readonly string[] {
  return [...xml.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, 'g'))].map(([, text]) => text ?? '');
}
