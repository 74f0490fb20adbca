/**
 * The cache that all execution environments of an authorizer share: a table of sealed entries, and the secret from which their ids and
 * keys are derived. If both are lost, some credentials are introspected again, and nothing else happens.
 */
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { expiringTable } from './expiring-table.ts';
import { randomSecret } from './random-secret.ts';
import { readOwnSecretStatements } from './secret-statements.ts';

export interface SharedCacheProps {
  /**
   * Encrypts the pepper. The entries of the table are sealed by the authorizer itself.
   *
   * @default - the account's default key for Secrets Manager
   */
  readonly encryptionKey?: IKey | undefined;
}

export class SharedCache extends Construct {
  readonly table: ReturnType<typeof expiringTable>;

  /** The complete ARN of the secret that holds the pepper. */
  readonly pepperArn: string;

  readonly #encryptionKey: IKey | undefined;

  constructor(scope: Construct, id: string, { encryptionKey }: SharedCacheProps = {}) {
    super(scope, id);
    this.#encryptionKey = encryptionKey;
    this.table = expiringTable(this, 'Table', 'A cache needs no backup: what is lost is looked up again.');
    this.pepperArn = this.#pepper();
  }

  /** The right to read and write entries, and to read the pepper. */
  get statements(): readonly PolicyStatement[] {
    return [
      new PolicyStatement({ actions: ['dynamodb:GetItem', 'dynamodb:PutItem'], resources: [this.table.tableArn] }),
      ...readOwnSecretStatements(this, this.pepperArn, this.#encryptionKey),
    ];
  }

  #pepper(): string {
    return randomSecret(this, 'Pepper', {
      description:
        'Seals the shared cache of the authorizer. A new value makes the old entries unusable, and nothing else.',
      encryptionKey: this.#encryptionKey,
      reason: 'The operator rotates it by writing a new value, which every authorizer reads within five minutes.',
    });
  }
}
