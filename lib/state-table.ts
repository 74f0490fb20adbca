/**
 * The table of the state that a deployment's functions share: public keys, and what the tenant held before. Each item is
 * written under a condition and read consistently, so two functions never lose each other's change.
 */
import { Names, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { STATE_TABLE_PREFIX, type StateName } from '../src/core/state-store.ts';
import { acknowledge } from './acknowledge.ts';

export class StateTable extends Construct {
  readonly table: Table;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.table = new Table(this, 'Table', {
      partitionKey: { name: 'name', type: AttributeType.STRING },
      // The deployments of an account find each other by this prefix.
      tableName: `${STATE_TABLE_PREFIX}${Names.uniqueResourceName(this, { maxLength: 100 })}`,
      billingMode: BillingMode.PAY_PER_REQUEST,
      // There is no other copy of what the tenant held before.
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      // The set-up is deleted before the table, so the tenant is already restored.
      removalPolicy: RemovalPolicy.DESTROY,
    });
  }
}

/** The right to read some of the items. */
export function readState(table: Table, items: readonly StateName[]): PolicyStatement {
  return statement(table, 'dynamodb:GetItem', items);
}

/** The right to write some of the items. */
export function writeState(table: Table, items: readonly StateName[]): PolicyStatement {
  return statement(table, 'dynamodb:PutItem', items);
}

function statement({ tableArn }: Table, action: string, items: readonly StateName[]): PolicyStatement {
  return new PolicyStatement({
    actions: [action],
    resources: [tableArn],
    conditions: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': [...items] } },
  });
}

/** The right to list other deployments, and to read what each has recorded about client grants. */
export function readOtherDeployments(scope: Construct): readonly PolicyStatement[] {
  const items: readonly StateName[] = ['client-grants', 'resource-servers'];
  return [
    new PolicyStatement({ actions: ['dynamodb:ListTables'], resources: ['*'] }),
    new PolicyStatement({
      actions: ['dynamodb:GetItem'],
      resources: [allStateTables(scope)],
      conditions: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': [...items] } },
    }),
  ];
}

/** For the function with these rights. */
export function acknowledgeOtherDeployments(scope: Construct): void {
  const reason =
    'AWS lists all tables or none. Of the state tables of other deployments, two items may be read, and none written.';
  const all = `arn:<AWS::Partition>:dynamodb:<AWS::Region>:<AWS::AccountId>:table/${STATE_TABLE_PREFIX}*`;
  acknowledge(
    scope,
    { id: 'AwsSolutions-IAM5[Resource::*]', reason },
    { id: `AwsSolutions-IAM5[Resource::${all}]`, reason },
  );
}

function allStateTables(scope: Construct): string {
  return Stack.of(scope).formatArn({ service: 'dynamodb', resource: 'table', resourceName: `${STATE_TABLE_PREFIX}*` });
}
