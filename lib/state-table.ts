/**
 * The table in which a deployment's functions keep what they share: public keys, and what the tenant held before. Each item is
 * written under a condition and read consistently, so two functions never lose each other's change.
 */
import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';

/** The items by their key. */
export type StateItem = 'public-keys' | 'revoked-keys' | 'resource-servers' | 'client-grants';

export class StateTable extends Construct {
  readonly table: Table;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.table = new Table(this, 'Table', {
      partitionKey: { name: 'name', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      // What the tenant held before stands nowhere else.
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      // By then the tenant is restored: the set-up is deleted before the table.
      removalPolicy: RemovalPolicy.DESTROY,
    });
  }
}

/** The right to read some of the items. */
export function readState(table: Table, items: readonly StateItem[]): PolicyStatement {
  return statement(table, 'dynamodb:GetItem', items);
}

/** The right to write some of the items. */
export function writeState(table: Table, items: readonly StateItem[]): PolicyStatement {
  return statement(table, 'dynamodb:PutItem', items);
}

function statement({ tableArn }: Table, action: string, items: readonly StateItem[]): PolicyStatement {
  return new PolicyStatement({
    actions: [action],
    resources: [tableArn],
    conditions: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': [...items] } },
  });
}
