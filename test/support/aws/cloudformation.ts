/** Deploys plain templates, as somebody without the CDK does. */
import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStacksCommand,
  waitUntilStackCreateComplete,
  waitUntilStackDeleteComplete,
} from '@aws-sdk/client-cloudformation';
import { type Account, sendToAws } from '../../../local/deployment/aws-request.ts';

const PATIENCE_S = 100;
const CAPABILITIES = ['CAPABILITY_IAM' as const];

export class CloudFormation {
  readonly #client: CloudFormationClient;

  constructor({ url, id, region }: Account) {
    const credentials = { accessKeyId: id, secretAccessKey: 'test' };
    this.#client = new CloudFormationClient({ endpoint: url, region, credentials });
  }

  /** @returns the outputs by name */
  async create(
    StackName: string,
    template: string,
    parameters: Readonly<Record<string, string>>,
  ): Promise<Readonly<Record<string, string>>> {
    const Parameters = Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({
      ParameterKey,
      ParameterValue,
    }));
    const input = { StackName, TemplateBody: template, Parameters, Capabilities: CAPABILITIES };
    await this.#client.send(new CreateStackCommand(input));
    await waitUntilStackCreateComplete({ ...this.#waiting }, { StackName });
    const { Stacks: [stack] = [] } = await this.#client.send(new DescribeStacksCommand({ StackName }));
    const outputs = stack?.Outputs ?? [];
    return Object.fromEntries(outputs.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]));
  }

  async delete(StackName: string): Promise<void> {
    await this.#client.send(new DeleteStackCommand({ StackName }));
    await waitUntilStackDeleteComplete({ ...this.#waiting }, { StackName });
  }

  close(): void {
    this.#client.destroy();
  }

  get #waiting() {
    return { client: this.#client, maxWaitTime: PATIENCE_S, minDelay: 1, maxDelay: 1 };
  }
}

/** Creates a bucket with these objects. */
export async function createBucket(
  account: Account,
  bucket: string,
  objects: ReadonlyMap<string, Uint8Array>,
): Promise<void> {
  await sendToAws(account, { service: 's3', method: 'PUT', path: `/${bucket}` });
  for (const [key, body] of objects) {
    await sendToAws(account, { service: 's3', method: 'PUT', path: `/${bucket}/${key}`, body });
  }
}
