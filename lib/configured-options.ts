/** Converts the configuration of the app to the options of its functions. */
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Configuration } from '../src/config/configuration.ts';
import type { FunctionOptions } from './function-options.ts';

/**
 * The options that a configuration contains.
 *
 * @param encryptionKey the key that `kmsKeyArn` names
 */
export function optionsOf(
  { logRetentionDays, encryptLogs, tracing }: Pick<Configuration, 'logRetentionDays' | 'encryptLogs' | 'tracing'>,
  encryptionKey: IKey | undefined,
): FunctionOptions {
  return { logRetention: logRetentionDays, logEncryptionKey: encryptLogs ? encryptionKey : undefined, tracing };
}
