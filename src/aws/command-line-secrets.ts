/** Reads the authorizer's secrets for the command line. The SDK finds an operator's credentials, such as a profile. */
import {
  GetSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { type AuthorizerSecrets, createAuthorizerSecrets } from './authorizer-secrets.ts';
import { CLIENT_OPTIONS } from './client-options.ts';

/** Connects to Secrets Manager as the SDK is configured. */
export function createCommandLineSecrets(client = new SecretsManagerClient(CLIENT_OPTIONS)): AuthorizerSecrets {
  return createAuthorizerSecrets(async (secretId, stage) => {
    try {
      const response = await client.send(new GetSecretValueCommand({ SecretId: secretId, VersionStage: stage }));
      return response.SecretString;
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return undefined;
      throw error;
    }
  });
}
