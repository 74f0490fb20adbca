/**
 * Which deployments of this account and region use which client grants. A grant at the tenant has no room for such a note, so
 * each deployment keeps one parameter of its own under a path that all of them can list.
 */
import {
  DeleteParameterCommand,
  GetParametersByPathCommand,
  ParameterNotFound,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { CLIENT_OPTIONS } from './client-options.ts';
import { awsError } from './errors.ts';

/** A deployment with its note. */
export interface GrantUser {
  readonly deployment: string;
  /** Not trusted until parsed. */
  readonly note: string;
}

export interface GrantUsers {
  /**
   * Lists the other deployments.
   *
   * @throws AwsError `grant_users_unreadable`
   */
  others(): Promise<readonly GrantUser[]>;
  /**
   * Replaces the note of this deployment.
   *
   * @param note at most 4 KB; `undefined` for none
   * @throws AwsError `grant_users_unwritable`
   */
  note(note: string | undefined): Promise<void>;
}

/**
 * Connects to Parameter Store with the credentials and region of the environment.
 *
 * @param path above the parameters of all deployments
 * @param deployment the name of this deployment, unique in the account and region
 */
export function createGrantUsers(path: string, deployment: string, client = new SSMClient(CLIENT_OPTIONS)): GrantUsers {
  const Name = `${path}/${deployment}`;
  return {
    others: async () => (await list(client, path)).filter((user) => user.deployment !== deployment),
    note: (note) => (note === undefined ? remove(client, Name) : write(client, Name, note)),
  };
}

async function write(client: SSMClient, Name: string, Value: string): Promise<void> {
  await client
    .send(new PutParameterCommand({ Name, Value, Type: 'String', Overwrite: true }))
    .catch((error: unknown) => {
      throw awsError('grant_users_unwritable', `The parameter ${Name} cannot be written`, error);
    });
}

async function remove(client: SSMClient, Name: string): Promise<void> {
  await client.send(new DeleteParameterCommand({ Name })).catch((error: unknown) => {
    if (error instanceof ParameterNotFound) return;
    throw awsError('grant_users_unwritable', `The parameter ${Name} cannot be deleted`, error);
  });
}

async function list(client: SSMClient, Path: string): Promise<readonly GrantUser[]> {
  const users: GrantUser[] = [];
  let NextToken: string | undefined;
  do {
    const page = await client
      .send(new GetParametersByPathCommand({ Path, ...(NextToken !== undefined && { NextToken }) }))
      .catch((error: unknown) => {
        throw awsError('grant_users_unreadable', `The parameters under ${Path} cannot be listed`, error);
      });
    for (const { Name = '', Value = '' } of page.Parameters ?? []) {
      users.push({ deployment: Name.slice(Name.lastIndexOf('/') + 1), note: Value });
    }
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return users;
}
