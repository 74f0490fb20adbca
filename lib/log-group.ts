/** A log group that is deleted with its stack, and that the options of its scope apply to. */
import { RemovalPolicy } from 'aws-cdk-lib';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { DEFAULTS } from '../src/config/defaults.ts';
import { functionOptions } from './function-options.ts';

export function createLogGroup(scope: Construct, id: string): LogGroup {
  const { logRetention = DEFAULTS.logRetentionDays, logEncryptionKey } = functionOptions(scope);
  return new LogGroup(scope, id, {
    retention: logRetention,
    removalPolicy: RemovalPolicy.DESTROY,
    ...(logEncryptionKey && { encryptionKey: logEncryptionKey }),
  });
}
