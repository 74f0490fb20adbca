/** The port to the place where secrets are kept; `src/aws/` implements it. What a secret holds appears in no error. */

/** A place for secrets. Ids are names or ARNs. */
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
