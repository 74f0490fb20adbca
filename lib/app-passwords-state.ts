/**
 * What the API for app specific passwords remembers: when each password expires, and how often each user has called. The ids of
 * the expiries are digests under a secret that does not rotate, because with another secret no expiry would be found.
 */
import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import { expiringTable } from './expiring-table.ts';
import { readOwnSecretStatements } from './secret-statements.ts';

/** Letters and digits: 380 bits. */
const SECRET_LENGTH = 64;
const INDEXES = { ofUser: 'by-subject', due: 'by-expiry' } as const;

export class AppPasswordsState extends Construct {
  /** The expiries. */
  readonly expiries: Table;
  /** The counts of calls, and which deletions have not taken effect everywhere. */
  readonly calls: Table;
  /** The ARN of the secret under which the ids of expiries are computed. */
  readonly digestSecretArn: string;
  readonly #encryptionKey: IKey | undefined;

  constructor(scope: Construct, id: string, encryptionKey: IKey | undefined) {
    super(scope, id);
    this.#encryptionKey = encryptionKey;
    this.expiries = this.#expiries();
    this.calls = expiringTable(
      this,
      'Calls',
      'Counts matter for an hour, and deletions for a day: until they have taken effect everywhere.',
    );
    this.digestSecretArn = this.#digestSecret().attrId;
  }

  /** What the authorizer may do: read a single expiry. */
  get authorizerStatements(): readonly PolicyStatement[] {
    const { tableArn } = this.expiries;
    return [new PolicyStatement({ actions: ['dynamodb:GetItem'], resources: [tableArn] }), ...this.#readSecret()];
  }

  /** What the function behind the API may do. */
  get functionStatements(): readonly PolicyStatement[] {
    const { tableArn } = this.expiries;
    const indexes = Object.values(INDEXES).map((index) => `${tableArn}/index/${index}`);
    return [
      new PolicyStatement({ actions: ['dynamodb:PutItem', 'dynamodb:DeleteItem'], resources: [tableArn] }),
      new PolicyStatement({ actions: ['dynamodb:Query'], resources: indexes }),
      new PolicyStatement({ actions: ['dynamodb:GetItem', 'dynamodb:UpdateItem'], resources: [this.calls.tableArn] }),
      ...this.#readSecret(),
    ];
  }

  #readSecret(): readonly PolicyStatement[] {
    return readOwnSecretStatements(this, this.digestSecretArn, this.#encryptionKey);
  }

  #expiries(): Table {
    const table = new Table(this, 'Expiries', {
      partitionKey: { name: 'id', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      // There is no other copy of when a password expires.
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      // The guard is deleted first, and refuses while an expiry is left.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const sortKey = { name: 'expiresAt', type: AttributeType.NUMBER };
    for (const [indexName, key] of [
      [INDEXES.ofUser, 'subject'],
      [INDEXES.due, 'expiring'],
    ] as const) {
      table.addGlobalSecondaryIndex({ indexName, partitionKey: { name: key, type: AttributeType.STRING }, sortKey });
    }
    return table;
  }

  #digestSecret(): CfnSecret {
    const secret = new CfnSecret(this, 'DigestSecret', {
      description:
        'Finds the expiries of app specific passwords. With another value, none would be found. Never rotate it.',
      generateSecretString: { passwordLength: SECRET_LENGTH, excludePunctuation: true },
      ...(this.#encryptionKey && { kmsKeyId: this.#encryptionKey.keyArn }),
    });
    secret.applyRemovalPolicy(RemovalPolicy.DESTROY);
    acknowledge(secret, {
      id: 'AwsSolutions-SMG4',
      reason: 'The ids of all expiries are computed with it. With another value, no password would expire.',
    });
    return secret;
  }
}
