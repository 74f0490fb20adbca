/** An account in the AWS emulator with the two tables that authorizers share, as a deployment creates them. */
import { type Account, callAws } from '../../../local/deployment/aws-request.ts';
import { startMinistack } from '../../../local/deployment/ministack.ts';
import { type AwsAccount, CACHE_TABLE, MARK_TABLE } from './fleet.ts';

/** @param ministack the file that starts the emulator */
export async function startEmulatedAccount(ministack: string): Promise<AwsAccount & { close(): Promise<void> }> {
  const { url, close } = await startMinistack(ministack);
  const account: Account = { url, id: '000000000000', region: 'us-east-1' };
  await Promise.all([CACHE_TABLE, MARK_TABLE].map((table) => createTable(account, table)));
  return {
    environment: {
      AWS_ENDPOINT_URL: url,
      AWS_REGION: account.region,
      AWS_ACCESS_KEY_ID: account.id,
      AWS_SECRET_ACCESS_KEY: 'test',
    },
    putSecret: async (Name, SecretString) => {
      await callAws(account, 'secretsmanager', 'secretsmanager.CreateSecret', { Name, SecretString });
    },
    close,
  };
}

async function createTable(account: Account, TableName: string): Promise<void> {
  await callAws(account, 'dynamodb', 'DynamoDB_20120810.CreateTable', {
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  });
}
