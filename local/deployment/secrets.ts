/** Creates, in the emulator, the secrets that an operator creates by hand. */
import { type Account, callAws } from './aws-request.ts';

/** Creates a secret that holds JSON. */
export async function createSecret(account: Account, name: string, value: unknown): Promise<void> {
  const input = { Name: name, SecretString: JSON.stringify(value) };
  await callAws(account, 'secretsmanager', 'secretsmanager.CreateSecret', input);
}
