/** Looks for secrets in everything that a run has left anywhere. */
import { isJsonObject, parseJson } from '../../../src/core/json.ts';
import { type AwsForTest, CANARIES } from './aws-for-test.ts';
import { filesIn, logsOf, parametersOf, stackTextsOf, tableItemsOf } from './inventory.ts';

const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi'];

/** By where it was found. Gathered before a destroy takes the logs away, and again afterwards. */
export type Evidence = Readonly<Record<string, string>>;

export async function gather(aws: AwsForTest): Promise<Evidence> {
  const { account, transcript, assemblies, ministack } = aws;
  const files = await Promise.all(assemblies.map(filesIn));
  return {
    'what the CDK said': transcript.join('\n'),
    'templates and assets': files.join('\n'),
    'stacks and their events': await stackTextsOf(account),
    'logs of the functions': await logsOf(account),
    parameters: await parametersOf(account),
    'items of tables': await tableItemsOf(account),
    'what the emulator said': ministack.output(),
  };
}

/** What is secret: the clients' secrets, and of a signing key all that is private. */
export function secretsOf(signingKeyText: string): readonly string[] {
  const key = parseJson(signingKeyText);
  const members = isJsonObject(key) ? PRIVATE_MEMBERS.map((member) => String(key[member])) : [];
  return [...Object.values(CANARIES), ...members];
}

/** Where which secret was found; none is what is expected. Secrets themselves are not shown. */
export function findings(evidence: Evidence, secrets: readonly string[]): readonly string[] {
  return Object.entries(evidence).flatMap(([place, text]) =>
    secrets.flatMap((secret, index) => (text.includes(secret) ? [`secret ${index} in ${place}`] : [])),
  );
}
