/** Searches everything that a run left behind for secrets. */
import { isJsonObject, parseJson } from '../../../src/core/json.ts';
import { type AwsForTest, CANARIES } from './aws-for-test.ts';
import { filesIn, logsOf, parametersOf, stackTextsOf, tableItemsOf } from './inventory.ts';

const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi'];

/** Texts by the place where they were found. Gather them before a destroy deletes the logs, and again afterwards. */
export type Evidence = Readonly<Record<string, string>>;

export async function gather(aws: AwsForTest): Promise<Evidence> {
  const { account, transcript, assemblies, ministack } = aws;
  const files = await Promise.all(assemblies.map(filesIn));
  return {
    'the output of the CDK': transcript.join('\n'),
    'templates and assets': files.join('\n'),
    'stacks and their events': await stackTextsOf(account),
    'logs of the functions': await logsOf(account),
    parameters: await parametersOf(account),
    'items of tables': await tableItemsOf(account),
    'the output of the emulator': ministack.output(),
  };
}

/** The secrets to search for: the clients' secrets and the private members of a signing key. */
export function secretsOf(signingKeyText: string): readonly string[] {
  const key = parseJson(signingKeyText);
  const members = isJsonObject(key) ? PRIVATE_MEMBERS.map((member) => String(key[member])) : [];
  return [...Object.values(CANARIES), ...members];
}

/** Which secret was found where; a test expects an empty list. The secrets themselves are not shown. */
export function findings(evidence: Evidence, secrets: readonly string[]): readonly string[] {
  return Object.entries(evidence).flatMap(([place, text]) =>
    secrets.flatMap((secret, index) => (text.includes(secret) ? [`secret ${index} in ${place}`] : [])),
  );
}
