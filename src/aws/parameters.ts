/** Parameter Store, for what is not secret: public keys, and the record of what a tenant held before us. */
import {
  DeleteParameterCommand,
  GetParameterCommand,
  ParameterNotFound,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { CLIENT_OPTIONS } from './client-options.ts';
import { awsError } from './errors.ts';

/**
 * A place for texts under names. No parameter is a resource of a stack: whenever anything about one changed, CloudFormation
 * would write the template's value over ours.
 */
export interface ParameterStore {
  /**
   * @param ifNone what to answer if there is no such parameter
   * @throws AwsError `parameter_unreadable`
   */
  read(name: string, ifNone: string): Promise<string>;
  /**
   * Has lasted when it resolves.
   *
   * @param value at most 8 KB
   * @throws AwsError `parameter_unwritable`
   */
  write(name: string, value: string): Promise<void>;
  /**
   * Accepts that there is none.
   *
   * @throws AwsError `parameter_unwritable`
   */
  remove(name: string): Promise<void>;
}

/** Connects to Parameter Store with the credentials and region of the environment. */
export function createParameterStore(client = new SSMClient(CLIENT_OPTIONS)): ParameterStore {
  return {
    read: (name, ifNone) => read(client, name, ifNone),
    write: (name, value) => write(client, name, value),
    remove: (name) => remove(client, name),
  };
}

async function read(client: SSMClient, name: string, ifNone: string): Promise<string> {
  try {
    const { Parameter } = await client.send(new GetParameterCommand({ Name: name }));
    if (Parameter?.Value !== undefined) return Parameter.Value;
  } catch (error) {
    if (error instanceof ParameterNotFound) return ifNone;
    throw awsError('parameter_unreadable', `The parameter ${name} cannot be read`, error);
  }
  throw awsError('parameter_unreadable', `The parameter ${name} has no value`, undefined);
}

async function write(client: SSMClient, name: string, value: string): Promise<void> {
  try {
    // Over 4 KB it has to become an advanced parameter, which it only does if asked.
    const kind = { Type: 'String', Tier: 'Intelligent-Tiering', Overwrite: true } as const;
    const request = { Name: name, Value: value, ...kind };
    await client.send(new PutParameterCommand(request));
  } catch (error) {
    throw awsError('parameter_unwritable', `The parameter ${name} cannot be written`, error);
  }
}

async function remove(client: SSMClient, name: string): Promise<void> {
  try {
    await client.send(new DeleteParameterCommand({ Name: name }));
  } catch (error) {
    if (!(error instanceof ParameterNotFound)) {
      throw awsError('parameter_unwritable', `The parameter ${name} cannot be deleted`, error);
    }
  }
}
