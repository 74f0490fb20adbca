/** Calls a Lambda function and waits for its response, for the command line. */
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { isJsonObject, parseJson } from '../core/json.ts';
import { CLIENT_OPTIONS } from './client-options.ts';
import { AwsError, errorName } from './errors.ts';

/** Waits as long as a function may take. One attempt only: a lost response must not run the function twice. */
const OPTIONS = {
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
  client = new LambdaClient(OPTIONS),
): Promise<unknown> {
  const { FunctionError, Payload } = await send(client, functionName, event);
  const response = parseJson(new TextDecoder().decode(Payload));
  if (FunctionError === undefined) return response;
  const message =
    isJsonObject(response) && typeof response.errorMessage === 'string' ? response.errorMessage : 'no message';
  throw new AwsError('function_failed', `The function failed: ${message}`);
}

async function send(client: LambdaClient, functionName: string, event: unknown) {
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
