/** Reads the origin secret from a server that speaks the protocol of Secrets Manager. */
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { awsOfEnvironment } from '../../support/aws/environment.ts';

let server: Server;
let stages: Readonly<Record<string, string | undefined>>;

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const value = stages[JSON.parse(body).VersionStage];
      const [status, reply] =
        value === undefined ? [400, { __type: 'ResourceNotFoundException' }] : [200, { SecretString: value }];
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(reply));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`);
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'example');
});

afterAll(() => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  server.close();
});

const CURRENT = 'the-current-origin-secret';
const PREVIOUS = 'the-previous-origin-secret';

async function read(secrets: typeof stages) {
  stages = secrets;
  const { readOriginSecrets } = awsOfEnvironment();
  return readOriginSecrets('cdn');
}

it.each([
  ['both versions', { AWSCURRENT: CURRENT, AWSPREVIOUS: PREVIOUS }, [CURRENT, PREVIOUS]],
  ['a secret that has never changed', { AWSCURRENT: CURRENT }, [CURRENT]],
  ['JSON, as the console stores it', { AWSCURRENT: JSON.stringify({ originSecret: CURRENT }) }, [CURRENT]],
  ['an unusable previous version', { AWSCURRENT: CURRENT, AWSPREVIOUS: 'short' }, [CURRENT]],
])('reading the origin secret accepts %s', async (_, secrets, known) => {
  expect(await read(secrets)).toEqual(known);
});

it.each(['short', 'with spaces in the secret', '{"originSecret":"short"}', '{"other":"the-current-origin-secret"}'])(
  'reading the origin secret refuses a value that is not usable, and does not repeat it: %s',
  async (value) => {
    const error = await read({ AWSCURRENT: value }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'configuration_invalid',
      message: expect.stringMatching(/^The origin secret cdn/),
    });
    expect(String(error)).not.toContain(value);
  },
);

it('reading the origin secret fails as an outage if the secret has no current version', async () => {
  await expect(read({})).rejects.toMatchObject({ code: 'issuer_unavailable' });
});
