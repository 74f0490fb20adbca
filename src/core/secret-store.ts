/** The port for storing secrets; `src/aws/` implements it. No error contains a secret's value. */

/** Stores secrets. An id is a name or an ARN. */
export interface SecretStore {
  /**
   * Reads the current version; `undefined` if the secret has none.
   *
   * @throws AwsError `secret_unreadable`
   */
  read(secretId: string): Promise<string | undefined>;
  /**
   * Makes a value the current version.
   *
   * @param token names the version: 32 to 64 characters. A second value under the same token is not written
   * @returns whether it was written
   * @throws AwsError `secret_unwritable`
   */
  write(secretId: string, value: string, token: string): Promise<boolean>;
}
