/** Sends revocations to the queue of a deployment. The function behind the queue writes the mark and flushes the gateways' caches. */
import { DEFAULTS } from '../config/defaults.ts';
import { isSecureUrl } from '../core/secure-url.ts';
import { markMessage } from '../revocation/message.ts';
import type { RevocationKind } from '../shared-state/revocation-mark.ts';
import type { Context } from './command.ts';
import { usageError } from './errors.ts';
import type { OptionTable } from './options.ts';
import { printable } from './printable.ts';
import { waitFor } from './progress.ts';

const OUTPUT_KEY = 'RevocationQueueUrl';

/** Where the queue is. */
export const QUEUE_OPTIONS: OptionTable = {
  queue: {
    type: 'string',
    placeholder: 'URL',
    summary: `the revocation queue (ASP_REVOCATION_QUEUE, or the output ${OUTPUT_KEY})`,
  },
  stack: {
    type: 'string',
    placeholder: 'NAME',
    summary: `the deployed stack that has this output, instead of --queue (${DEFAULTS.stackPrefix} for revoke)`,
  },
};

/**
 * Finds the queue by `--queue`, `--stack` or another source of the setting. It has no default.
 *
 * @returns its URL; `undefined` if nothing names it
 * @throws CliError `usage`; AwsError `stack_unreadable`
 */
export async function findQueue(context: Context): Promise<string | undefined> {
  const { args, settings } = context;
  // An option of the command line comes before a setting from elsewhere.
  if (args.text('queue') === undefined && args.text('stack') !== undefined) {
    return queueOf(args.required('stack'), context);
  }
  const url = settings.get('queue');
  return url === undefined ? undefined : checkedUrl(url);
}

/**
 * Finds the queue in the same way, or else in the stack that the configuration names, or in the default stack.
 *
 * @throws CliError `usage`; AwsError `stack_unreadable`
 */
export async function requireQueue(context: Context): Promise<string> {
  return (await findQueue(context)) ?? queueOf(context.settings.require('stack'), context);
}

/**
 * Sends a request for a mark. The mark's time is when the queue receives the message.
 *
 * @throws AwsError `queue_unwritable`
 */
export async function sendRevocation(
  queueUrl: string,
  { userId, kind }: { readonly userId: string; readonly kind: RevocationKind },
  { ports }: Pick<Context, 'ports'>,
): Promise<void> {
  const body = markMessage({ subject: userId, kind });
  await waitFor('the revocation queue', () => ports.sendToQueue(queueUrl, body), ports);
}

async function queueOf(stack: string, { ports }: Context): Promise<string> {
  ports.terminal.note(printable(`Looking for the revocation queue in the stack ${stack} …`));
  return checkedUrl(await waitFor('CloudFormation', () => ports.readStackOutput(stack, OUTPUT_KEY), ports));
}

function checkedUrl(url: string): string {
  if (isSecureUrl(url) && /^\/[^/?#]+\/[^/?#]+$/.test(new URL(url).pathname)) return url;
  throw usageError(
    `The setting "queue" is not the URL of a queue. Expected the output ${OUTPUT_KEY} of the deployment, such as https://sqs.eu-west-1.amazonaws.com/111122223333/Name.`,
  );
}
