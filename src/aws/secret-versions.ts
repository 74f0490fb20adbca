/** The versions of a secret and their staging labels, as far as a rotation needs them. What a secret holds appears in no error. */
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceExistsException,
  ResourceNotFoundException,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { CLIENT_OPTIONS } from './client-options.ts';
import { awsError } from './errors.ts';

/** A version is in use by the labels that it has; one without any is on its way out. */
export type Stage = 'AWSCURRENT' | 'AWSPENDING' | 'AWSPREVIOUS';

/** One secret. */
export interface SecretVersions {
  /**
   * The labels of each version that has some, by version id.
   *
   * @throws AwsError `secret_unreadable`
   */
  stages(): Promise<ReadonlyMap<string, readonly string[]>>;
  /**
   * Reads one version; `undefined` if there is none, or none with a value yet.
   *
   * @throws AwsError `secret_unreadable`
   */
  read(versionId: string): Promise<string | undefined>;
  /**
   * Adds a version, labelled AWSPENDING. One that has another value already is left as it is.
   *
   * @param versionId 32 to 64 characters
   * @throws AwsError `secret_unwritable`
   */
  add(versionId: string, value: string): Promise<void>;
  /**
   * Moves a label from one version to another, or takes it off. AWSCURRENT leaves AWSPREVIOUS where it was.
   *
   * @throws AwsError `secret_unwritable`
   */
  move(stage: string, change: { readonly from?: string; readonly to?: string }): Promise<void>;
}

/** Connects to Secrets Manager with the credentials and region of the environment. */
export function createSecretVersions(
  secretId: string,
  client = new SecretsManagerClient(CLIENT_OPTIONS),
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
