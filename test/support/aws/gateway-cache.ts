/** Turns on the cache of the emulator's gateway. */
import { type Account, sendToAws } from '../../../local/deployment/aws-request.ts';

/**
 * Lets the gateway cache decisions by the credential alone, the only identity source that the emulator supports.
 *
 * @returns a function that turns the cache off again
 */
export async function enableGatewayCache(account: Account, baseUrl: string): Promise<() => Promise<void>> {
  const [apiId] = new URL(baseUrl).pathname.split('/').slice(3);
  const path = `/restapis/${apiId}/authorizers`;
  const { text } = await sendToAws(account, { service: 'apigateway', method: 'GET', path });
  const authorizerId = /"id":\s*"(\w+)"/.exec(text)?.[1];
  const patch = async (ttlSeconds: string, sources: string) => {
    const operations = [
      { op: 'replace', path: '/authorizerResultTtlInSeconds', value: ttlSeconds },
      { op: 'replace', path: '/identitySource', value: sources },
    ];
    const body = JSON.stringify({ patchOperations: operations });
    await sendToAws(account, { service: 'apigateway', method: 'PATCH', path: `${path}/${authorizerId}`, body });
  };
  const sources = /"identitySource":\s*"([^"]+)"/.exec(text)?.[1] ?? '';
  await patch('60', 'method.request.header.Authorization');
  return () => patch('0', sources);
}
