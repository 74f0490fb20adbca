/**
 * The cache that all execution environments of an authorizer share: a table of sealed entries, and the secret from which their ids and
 * keys are derived. If both are lost, some credentials are introspected again, and nothing else happens.
 */
import { RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import { expiringTable } from './expiring-table.ts';
import { readOwnSecretStatements } from './secret-statements.ts';

export interface SharedCacheProps {
  /**
   * Encrypts the pepper. The entries of the table are sealed by the authorizer itself.
   *
   * @default - the account's default key for Secrets Manager
   */
  readonly encryptionKey?: IKey | undefined;
}

/** Letters and digits: 380 bits. */
const PEPPER_LENGTH = 64;

export class SharedCache extends Construct {
  readonly table: ReturnType<typeof expiringTable>;

  /** The complete ARN of the secret that holds the pepper. */
  readonly pepperArn: string;

  readonly #encryptionKey: IKey | undefined;

  constructor(scope: Construct, id: string, { encryptionKey }: SharedCacheProps = {}) {
    super(scope, id);
    this.#encryptionKey = encryptionKey;
    this.table = expiringTable(this, 'Table', 'A cache needs no backup: what is lost is looked up again.');
    this.pepperArn = this.#pepper().attrId;
  }

  /** The right to read and write entries, and to read the pepper. */
  get statements(): readonly PolicyStatement[] {
    return [
      new PolicyStatement({ actions: ['dynamodb:GetItem', 'dynamodb:PutItem'], resources: [this.table.tableArn] }),
      ...readOwnSecretStatements(this, this.pepperArn, this.#encryptionKey),
    ];
  }

  #pepper(): CfnSecret {
    const pepper = new CfnSecret(this, 'Pepper', {
      description:
        'Seals the shared cache of the authorizer. A new value makes the old entries unusable, and nothing else.',
      generateSecretString: { passwordLength: PEPPER_LENGTH, excludePunctuation: true },
      ...(this.#encryptionKey && { kmsKeyId: this.#encryptionKey.keyArn }),
    });
    pepper.applyRemovalPolicy(RemovalPolicy.DESTROY);
    acknowledge(pepper, {
      id: 'AwsSolutions-SMG4',
      reason: 'The operator rotates it by writing a new value, which every authorizer reads within five minutes.',
    });
    return pepper;
  }
}
