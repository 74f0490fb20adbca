/** Calls a Lambda function and waits for its answer, for an operator's commands. */
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { isJsonObject, parseJson } from '../core/json.ts';
import { CLIENT_OPTIONS } from './client-options.ts';
import { AwsError, errorName } from './errors.ts';

/** As long as a function may take. Once: what it does is not done twice because an answer got lost. */
const OPTIONS = {
  ...CLIENT_OPTIONS,
  maxAttempts: 1,
  requestHandler: { ...CLIENT_OPTIONS.requestHandler, requestTimeout: 900_000 },
};

/**
 * Calls a function of this project, whose errors are fit to be shown.
 *
 * @param functionName name or ARN
 * @returns the parsed JSON of its answer, not trusted
 * @throws AwsError `function_failed`, with what the function said
 */
export async function invokeFunction(
  functionName: string,
  event: unknown,
  client = new LambdaClient(OPTIONS),
): Promise<unknown> {
  const { FunctionError, Payload } = await send(client, functionName, event);
  const answer = parseJson(new TextDecoder().decode(Payload));
  if (FunctionError === undefined) return answer;
  const said = isJsonObject(answer) && typeof answer.errorMessage === 'string' ? answer.errorMessage : 'nothing';
  throw new AwsError('function_failed', `The function failed. It said: ${said}`);
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
