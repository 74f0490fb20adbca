/** A table whose items expire, for state that needs no backup. */
import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table } from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';

/**
 * Creates a table with the key `id`, whose items DynamoDB deletes some time after the epoch second in `expires`.
 *
 * @param reason why no backup is needed
 */
export function expiringTable(scope: Construct, id: string, reason: string): Table {
  const table = new Table(scope, id, {
    partitionKey: { name: 'id', type: AttributeType.STRING },
    billingMode: BillingMode.PAY_PER_REQUEST,
    timeToLiveAttribute: 'expires',
    removalPolicy: RemovalPolicy.DESTROY,
  });
  acknowledge(table, { id: 'AwsSolutions-DDB3', reason });
  return table;
}
