/** The outputs of a deployment, as `cdk deploy --outputs-file` writes them. */
import { readFile } from 'node:fs/promises';
import { isJsonObject, parseJson } from '../../src/core/json.ts';
import type { Account } from './aws-request.ts';

/** By output name; the outputs of all stacks are merged. */
export type StackOutputs = Readonly<Record<string, string>>;

export async function readStackOutputs(file: string): Promise<StackOutputs> {
  const stacks = parseJson(await readFile(file, 'utf8'));
  const outputs = Object.values(isJsonObject(stacks) ? stacks : {}).flatMap((stack) =>
    Object.entries(isJsonObject(stack) ? stack : {}),
  );
  return Object.fromEntries(outputs.map(([name, value]) => [name, String(value)]));
}

/**
 * Returns the URL at which the emulator serves an API. The stack's output names a host of AWS, which does not exist
 * here.
 *
 * @returns a URL with a trailing slash
 */
export function reachableApiUrl({ url }: Account, apiUrl: string): string {
  const { hostname, pathname } = new URL(apiUrl);
  const [apiId = ''] = hostname.split('.');
  return `${url}/_aws/execute-api/${apiId}${pathname}`;
}
