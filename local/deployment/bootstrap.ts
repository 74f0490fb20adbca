/** Prepares an account of the emulator for the CDK, as `cdk bootstrap` does for a real one. */
import { type Account, sendToAws } from './aws-request.ts';
import { type CdkOptions, runCdk } from './cdk-command.ts';

/**
 * Bootstraps an account.
 *
 * @throws Error with the CDK's output
 */
export async function bootstrap(account: Account, options: Omit<CdkOptions, 'account'>): Promise<void> {
  const target = `aws://${account.id}/${account.region}`;
  // Not in the project's directory: there the CDK would load our application, which takes seconds and is not needed.
  const { exitCode, output } = await runCdk(['bootstrap', target], { ...options, account, directory: options.home });
  if (exitCode !== 0) throw new Error(`cdk bootstrap failed:\n${output}`);
  await openBucket(account);
}

/** Deletes the bucket's policy, which requires TLS. The emulator has no TLS, since it serves loopback only. */
async function openBucket(account: Account): Promise<void> {
  const bucket = `cdk-hnb659fds-assets-${account.id}-${account.region}`;
  await sendToAws(account, { service: 's3', method: 'DELETE', path: `/${bucket}?policy=` });
}
