/**
 * What the API for app specific passwords remembers: when each password expires, and how often each user has called. The ids of
 * the expiries are digests under a secret that does not rotate, because with another secret no expiry would be found.
 */
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { expiringTable } from './expiring-table.ts';
import { changeExpiries, expiryTable } from './expiry-table.ts';
import { randomSecret } from './random-secret.ts';
import { readOwnSecretStatements } from './secret-statements.ts';

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
    this.expiries = expiryTable(this, 'Expiries');
    this.calls = expiringTable(
      this,
      'Calls',
      'Counts matter for an hour, and deletions for a day: until they have taken effect everywhere.',
    );
    this.digestSecretArn = this.#digestSecret();
  }

  /** What the authorizer may do: read a single expiry. */
  get authorizerStatements(): readonly PolicyStatement[] {
    const { tableArn } = this.expiries;
    return [new PolicyStatement({ actions: ['dynamodb:GetItem'], resources: [tableArn] }), ...this.#readSecret()];
  }

  /** What the function behind the API may do. */
  get functionStatements(): readonly PolicyStatement[] {
    return [
      ...changeExpiries(this.expiries),
      new PolicyStatement({ actions: ['dynamodb:GetItem', 'dynamodb:UpdateItem'], resources: [this.calls.tableArn] }),
      ...this.#readSecret(),
    ];
  }

  #readSecret(): readonly PolicyStatement[] {
    return readOwnSecretStatements(this, this.digestSecretArn, this.#encryptionKey);
  }

  #digestSecret(): string {
    return randomSecret(this, 'DigestSecret', {
      description:
        'Finds the expiries of app specific passwords. With another value, none would be found. Never rotate it.',
      encryptionKey: this.#encryptionKey,
      reason: 'The ids of all expiries are computed with it. With another value, no password would expire.',
    });
  }
}
