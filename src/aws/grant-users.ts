/**
 * Which deployments of this account and region use the same client grant. A grant at the tenant has no room for such a
 * note, so each deployment keeps a parameter of its own under a path that all of them can list.
 */
import { createHash } from 'node:crypto';
import {
  DeleteParameterCommand,
  GetParametersByPathCommand,
  ParameterNotFound,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { CLIENT_OPTIONS } from './client-options.ts';
import { awsError } from './errors.ts';

/** A deployment with what it has noted about the grant. */
export interface GrantUser {
  readonly deployment: string;
  /** Not trusted until parsed. */
  readonly note: string;
}

export interface GrantUsers {
  /**
   * Lists the other deployments that use a grant.
   *
   * @param grant identifies the grant: any text
   * @throws AwsError `grant_users_unreadable`
   */
  others(grant: string): Promise<readonly GrantUser[]>;
  /**
   * Notes that this deployment uses a grant.
   *
   * @throws AwsError `grant_users_unwritable`
   */
  join(grant: string, note: string): Promise<void>;
  /**
   * Notes that this deployment no longer uses a grant. Accepts that it never did.
   *
   * @throws AwsError `grant_users_unwritable`
   */
  leave(grant: string): Promise<void>;
}

/**
 * Connects to Parameter Store with the credentials and region of the environment.
 *
 * @param path above all of the parameters
 * @param deployment the name of this deployment, unique in the account and region
 */
export function createGrantUsers(path: string, deployment: string, client = new SSMClient(CLIENT_OPTIONS)): GrantUsers {
  const pathOf = (grant: string) => `${path}/${createHash('sha256').update(grant).digest('hex').slice(0, 32)}`;
  return {
    others: async (grant) => (await list(client, pathOf(grant))).filter((user) => user.deployment !== deployment),
    join: async (grant, note) => {
      const request = { Name: `${pathOf(grant)}/${deployment}`, Value: note, Type: 'String', Overwrite: true } as const;
      await client.send(new PutParameterCommand(request)).catch((error: unknown) => {
        throw awsError('grant_users_unwritable', `The parameter ${request.Name} cannot be written`, error);
      });
    },
    leave: async (grant) => {
      const Name = `${pathOf(grant)}/${deployment}`;
      await client.send(new DeleteParameterCommand({ Name })).catch((error: unknown) => {
        if (error instanceof ParameterNotFound) return;
        throw awsError('grant_users_unwritable', `The parameter ${Name} cannot be deleted`, error);
      });
    },
  };
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
