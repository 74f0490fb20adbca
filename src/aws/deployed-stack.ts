/** Reads the outputs of a deployed stack, and calls one of its functions, for the command line. */
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { isJsonObject, parseJson } from '../core/json.ts';
import { CLIENT_OPTIONS } from './client-options.ts';
import { AwsError, errorName } from './errors.ts';

/**
 * Reads an output with the credentials and region of the environment.
 *
 * @throws AwsError `stack_unreadable`, also if the stack has no such output
 */
export async function readStackOutput(
  stackName: string,
  outputKey: string,
  client = new CloudFormationClient(CLIENT_OPTIONS),
): Promise<string> {
  const value = await findStackOutput(stackName, outputKey, client);
  if (value !== undefined) return value;
  throw unreadable(`The stack ${stackName} has no output ${outputKey}`);
}

/**
 * Reads an output that not every stack has.
 *
 * @throws AwsError `stack_unreadable`
 */
export async function findStackOutput(
  stackName: string,
  outputKey: string,
  client = new CloudFormationClient(CLIENT_OPTIONS),
): Promise<string | undefined> {
  const outputs = await describe(client, stackName);
  return outputs.find(({ OutputKey }) => OutputKey === outputKey)?.OutputValue;
}

async function describe(client: CloudFormationClient, stackName: string) {
  try {
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: stackName }));
    return Stacks?.[0]?.Outputs ?? [];
  } catch (error) {
    throw unreadable(`The stack ${stackName} cannot be read: got ${errorName(error)}`);
  }
}

function unreadable(what: string): AwsError {
  return new AwsError(
    'stack_unreadable',
    `${what}. Check the stack's name, and that AWS_PROFILE and AWS_REGION name the account and region that it is in, with the right to cloudformation:DescribeStacks.`,
  );
}

/** Waits as long as a function may take. One attempt only: a lost response must not run the function twice. */
const INVOKE_OPTIONS = {
  ...CLIENT_OPTIONS,
  maxAttempts: 1,
  requestHandler: { ...CLIENT_OPTIONS.requestHandler, requestTimeout: 900_000 },
};

/**
 * Calls a function of this project. Its errors are safe to show.
 *
 * @param functionName name or ARN
 * @returns the parsed JSON of the response, which is not trusted
 * @throws AwsError `function_failed`, with the function's own message
 */
export async function invokeFunction(
  functionName: string,
  event: unknown,
  client = new LambdaClient(INVOKE_OPTIONS),
): Promise<unknown> {
  const { FunctionError, Payload } = await invoke(client, functionName, event);
  const response = parseJson(new TextDecoder().decode(Payload));
  if (FunctionError === undefined) return response;
  const message =
    isJsonObject(response) && typeof response.errorMessage === 'string' ? response.errorMessage : 'no message';
  throw new AwsError('function_failed', `The function failed: ${message}`);
}

async function invoke(client: LambdaClient, functionName: string, event: unknown) {
  try {
    const payload = new TextEncoder().encode(JSON.stringify(event));
    return await client.send(new InvokeCommand({ FunctionName: functionName, Payload: payload }));
  } catch (error) {
    throw new AwsError(
      'function_failed',
      `The function ${functionName} cannot be called: got ${errorName(error)}. Check its name, and that AWS_PROFILE and AWS_REGION name the account and region that it is in, with the right to lambda:InvokeFunction.`,
    );
  }
}
