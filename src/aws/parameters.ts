/** Parameter Store, for what is not secret: public keys, and the record of what a tenant held before us. */
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { CLIENT_OPTIONS } from './client-options.ts';
import { awsError } from './errors.ts';

/** A place for texts under names. Parameters are made by the stack, never here. */
export interface ParameterStore {
  /** @throws AwsError `parameter_unreadable`, also if there is none */
  read(name: string): Promise<string>;
  /**
   * Has lasted when it resolves.
   *
   * @param value at most 8 KB
   * @throws AwsError `parameter_unwritable`
   */
  write(name: string, value: string): Promise<void>;
}

/** Connects to Parameter Store with the credentials and region of the environment. */
export function createParameterStore(client = new SSMClient(CLIENT_OPTIONS)): ParameterStore {
  return {
    read: (name) => read(client, name),
    write: (name, value) => write(client, name, value),
  };
}

async function read(client: SSMClient, name: string): Promise<string> {
  try {
    const { Parameter } = await client.send(new GetParameterCommand({ Name: name }));
    if (Parameter?.Value !== undefined) return Parameter.Value;
  } catch (error) {
    throw awsError('parameter_unreadable', `The parameter ${name} cannot be read`, error);
  }
  throw awsError('parameter_unreadable', `The parameter ${name} has no value`, undefined);
}

async function write(client: SSMClient, name: string, value: string): Promise<void> {
  try {
    // Over 4 KB it has to become an advanced parameter, which it only does if asked.
    const request = { Name: name, Value: value, Overwrite: true, Tier: 'Intelligent-Tiering' } as const;
    await client.send(new PutParameterCommand(request));
  } catch (error) {
    throw awsError('parameter_unwritable', `The parameter ${name} cannot be written`, error);
  }
}
