/** Sends messages to the revocation queue: the function to itself, and the command line. */
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { SendLater } from '../revocation/ports.ts';
import { CLIENT_OPTIONS } from './client-options.ts';
import { AwsError, errorName } from './errors.ts';

/**
 * Connects to a queue with the credentials of the environment, in the Region of its URL.
 *
 * @returns a function that throws AwsError `queue_unwritable`
 */
export function createQueueSender(queueUrl: string, client = new SQSClient(optionsFor(queueUrl))): SendLater {
  return async (body, delaySeconds) => {
    const request = new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: body, DelaySeconds: delaySeconds });
    await client.send(request).catch((error: unknown) => {
      throw new AwsError(
        'queue_unwritable',
        `The revocation queue ${queueUrl} cannot be written: got ${errorName(error)}. Check the URL, and that the role or AWS_PROFILE may use sqs:SendMessage on it.`,
      );
    });
  };
}

function optionsFor(queueUrl: string) {
  const region = /^https:\/\/sqs\.([a-z0-9-]+)\.amazonaws\./.exec(queueUrl)?.[1];
  return { ...CLIENT_OPTIONS, ...(region !== undefined && { region }) };
}
