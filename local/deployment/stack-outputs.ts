/** The outputs of a deployment, as `cdk deploy --outputs-file` writes them. */
import { readFile } from 'node:fs/promises';
import { isJsonObject, parseJson } from '../../src/core/json.ts';
import type { Account } from './aws-request.ts';

/** By the name of the output, of whichever stack. */
export type StackOutputs = Readonly<Record<string, string>>;

export async function readStackOutputs(file: string): Promise<StackOutputs> {
  const stacks = parseJson(await readFile(file, 'utf8'));
  const outputs = Object.values(isJsonObject(stacks) ? stacks : {}).flatMap((stack) =>
    Object.entries(isJsonObject(stack) ? stack : {}),
  );
  return Object.fromEntries(outputs.map(([name, value]) => [name, String(value)]));
}

/**
 * Where the emulator serves an API: its outputs name a host of AWS.
 *
 * @returns a URL with its final slash
 */
export function reachableApiUrl({ url }: Account, apiUrl: string): string {
  const { hostname, pathname } = new URL(apiUrl);
  const [apiId = ''] = hostname.split('.');
  return `${url}/_aws/execute-api/${apiId}${pathname}`;
}
