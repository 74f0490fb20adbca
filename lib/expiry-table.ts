/** The table of when app specific passwords expire. Nothing but the sweep deletes its items, so it has no TTL. */
import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

/** The key of each index. Both are sorted by the time of the expiry. */
const INDEXES = { 'by-subject': 'subject', 'by-expiry': 'expiring' } as const;

/** Creates the table. */
export function expiryTable(scope: Construct, id: string): Table {
  const table = new Table(scope, id, {
    partitionKey: { name: 'id', type: AttributeType.STRING },
    billingMode: BillingMode.PAY_PER_REQUEST,
    // There is no other copy of when a password expires.
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    // The guard is deleted first, and refuses while an expiry is left.
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const sortKey = { name: 'expiresAt', type: AttributeType.NUMBER };
  for (const [indexName, name] of Object.entries(INDEXES)) {
    table.addGlobalSecondaryIndex({ indexName, partitionKey: { name, type: AttributeType.STRING }, sortKey });
  }
  return table;
}

/** The rights to add and remove expiries, and to find those of a user and those that have passed. */
export function changeExpiries({ tableArn }: Table): readonly PolicyStatement[] {
  const indexes = Object.keys(INDEXES).map((index) => `${tableArn}/index/${index}`);
  return [
    new PolicyStatement({ actions: ['dynamodb:PutItem', 'dynamodb:DeleteItem'], resources: [tableArn] }),
    new PolicyStatement({ actions: ['dynamodb:Query'], resources: indexes }),
  ];
}
