/** The versions of a secret and their staging labels, as a rotation needs them. No error contains a secret's value. */
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceExistsException,
  ResourceNotFoundException,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { CLIENT_OPTIONS, PATIENCE } from './client-options.ts';
import { awsError } from './errors.ts';
import { toleratingNewRole } from './new-role.ts';

/** The staging labels. A version without one is no longer in use and will be deleted. */
export type Stage = 'AWSCURRENT' | 'AWSPENDING' | 'AWSPREVIOUS';

/** One secret. */
export interface SecretVersions {
  /**
   * Reads the labels of all versions that have any, by version id.
   *
   * @throws AwsError `secret_unreadable`
   */
  stages(): Promise<ReadonlyMap<string, readonly string[]>>;
  /**
   * Reads one version; `undefined` if it does not exist or has no value yet.
   *
   * @throws AwsError `secret_unreadable`
   */
  read(versionId: string): Promise<string | undefined>;
  /**
   * Adds a version with the label AWSPENDING. If the version exists with another value, it does not change.
   *
   * @param versionId 32 to 64 characters
   * @throws AwsError `secret_unwritable`
   */
  add(versionId: string, value: string): Promise<void>;
  /**
   * Moves a label from one version to another, or removes it. Moving AWSCURRENT also moves AWSPREVIOUS to the version
   * that had AWSCURRENT.
   *
   * @throws AwsError `secret_unwritable`
   */
  move(stage: string, change: { readonly from?: string; readonly to?: string }): Promise<void>;
}

/** Connects to Secrets Manager with the credentials and region of the environment. */
export function createSecretVersions(
  secretId: string,
  client = toleratingNewRole(new SecretsManagerClient(CLIENT_OPTIONS), PATIENCE),
): SecretVersions {
  return {
    stages: () => readStages(client, secretId),
    read: (versionId) => readVersion(client, secretId, versionId),
    add: (versionId, value) => add(client, secretId, versionId, value),
    move: async (stage, { from, to }) => {
      const versions = {
        ...(from !== undefined && { RemoveFromVersionId: from }),
        ...(to !== undefined && { MoveToVersionId: to }),
      };
      const request = new UpdateSecretVersionStageCommand({ SecretId: secretId, VersionStage: stage, ...versions });
      await client.send(request).catch((error: unknown) => {
        throw awsError('secret_unwritable', `The label ${stage} of the secret ${secretId} cannot be moved`, error);
      });
    },
  };
}

async function readStages(client: SecretsManagerClient, secretId: string) {
  try {
    const { VersionIdsToStages } = await client.send(new DescribeSecretCommand({ SecretId: secretId }));
    return new Map(Object.entries(VersionIdsToStages ?? {}));
  } catch (error) {
    throw awsError('secret_unreadable', `The secret ${secretId} cannot be described`, error);
  }
}

async function readVersion(client: SecretsManagerClient, secretId: string, versionId: string) {
  try {
    return (await client.send(new GetSecretValueCommand({ SecretId: secretId, VersionId: versionId }))).SecretString;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw awsError('secret_unreadable', `A version of the secret ${secretId} cannot be read`, error);
  }
}

async function add(client: SecretsManagerClient, secretId: string, versionId: string, value: string): Promise<void> {
  const version = { ClientRequestToken: versionId, SecretString: value, VersionStages: ['AWSPENDING' satisfies Stage] };
  try {
    await client.send(new PutSecretValueCommand({ SecretId: secretId, ...version }));
  } catch (error) {
    if (!(error instanceof ResourceExistsException)) {
      throw awsError('secret_unwritable', `The secret ${secretId} cannot be given a new version`, error);
    }
  }
}
