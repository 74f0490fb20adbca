/** The Lambda function behind the revocation queue. It has no access to any secret, and calls AWS only. */
import { createFlushCaches } from '../../src/aws/flush-caches.ts';
import { createFlushStore, createMarkWriter } from '../../src/aws/mark-table.ts';
import { createQueueSender } from '../../src/aws/revocation-queue.ts';
import { parseRevocationConfiguration } from '../../src/config/function-configurations.ts';
import { createRevocationHandler } from './create-handler.ts';

// biome-ignore lint/style/noProcessEnv: the function's only configuration.
const configuration = parseRevocationConfiguration(process.env.CONFIG ?? '');
const { table, queueUrl, stages } = configuration;

export const handler = createRevocationHandler(
  configuration,
  {
    marks: createMarkWriter(table),
    store: createFlushStore(table),
    sendLater: createQueueSender(queueUrl),
    flushCaches: stages.length === 0 ? undefined : createFlushCaches(stages),
    clock: Date.now,
  },
  // Not by `console.log`, so that CloudWatch finds the metrics with every log format.
  (line) => process.stdout.write(`${line}\n`),
);
