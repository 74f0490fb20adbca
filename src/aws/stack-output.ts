/** Reads one output of a deployed stack, for the command line. */
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
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
  const outputs = await describe(client, stackName);
  const value = outputs.find(({ OutputKey }) => OutputKey === outputKey)?.OutputValue;
  if (value !== undefined) return value;
  throw unreadable(`The stack ${stackName} has no output ${outputKey}`);
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
