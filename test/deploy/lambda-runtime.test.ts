/**
 * Runs every function of a deployment, with its bundle and configuration, under AWS's own runtime client on Node 24. The events
 * were captured from AWS, and the emulator is the AWS account.
 */
import { hash, randomUUID, X509Certificate } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as dpop from 'dpop';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { bundle } from '../../bench/bundle.ts';
import { makeCertificate } from '../../bench/certificate.ts';
import { PROJECT_DIRECTORY } from '../../local/deployment/cdk-command.ts';
import { isJsonObject, type JsonObject, parseJson } from '../../src/core/json.ts';
import { parsePrincipalKeys } from '../../src/principal-token/key-pairs.ts';
import { AwsForTest, succeeded } from '../support/aws/aws-for-test.ts';
import { findings, secretsOf } from '../support/aws/canary.ts';
import { readSecret } from '../support/aws/inventory.ts';
import { basic, bearer } from '../support/http/call.ts';
import { DeployedStacks } from '../support/lambda-runtime/deployed-stacks.ts';
import {
  captured,
  underOwnDomain,
  withAuthorization,
  withCertificate,
  withPrincipal,
  withProof,
  withSubprotocols,
} from '../support/lambda-runtime/events.ts';
import { type LoopbackServer, startLoopbackServer } from '../support/lambda-runtime/loopback-server.ts';
import { type FunctionCode, RunningFunction } from '../support/lambda-runtime/running-function.ts';

const ministack = inject('ministack');
const runtime = inject('lambdaRuntime');

/** The construct path of each folder in `lambda/`. Those of functions that this deployment does not have are `undefined`. */
const CONSTRUCTS: Readonly<Record<string, RegExp | undefined>> = {
  'app-passwords': undefined,
  'app-passwords-page': undefined,
  authorizer: /\/Authorizer\/Decide\//,
  'auth0-setup': /\/Auth0Setup\//,
  'demo-api': undefined,
  jwks: /^[^/]*Key\/Jwks\//,
  'key-rotation': /\/KeyRotation\//,
  'resource-metadata': undefined,
  'principal-key': /\/PrincipalToken\/Keys\//,
  revocation: /\/Revocation\//,
  'signing-key': /\/SigningKey\//,
  'backend-proxy': /\/Backend\//,
};

const METADATA = {
  resource: 'https://demo.api',
  authorization_servers: ['https://tenant.auth0.com/'],
  bearer_methods_supported: ['header'],
};
const APP_PASSWORDS = {
  issuer: 'https://tenant.auth0.com/',
  audience: 'https://demo.api',
  tenantUrl: 'https://tenant.auth0.com/',
  clientSecret: 'app-passwords',
  clients: ['page-client'],
  scopes: ['read:foo'],
  expiries: { table: 'expiries', digestSecret: 'digest-secret' },
  limitTable: 'limits',
  revocation: { table: 'marks', queueUrl: 'http://127.0.0.1:1/queue', seconds: 5, gatewayTtlSeconds: 0 },
  authTimeClaim: 'auth_time',
  origins: [],
  onDestroy: 'refuse',
};
const PAGE = {
  issuer: 'https://tenant.auth0.com/',
  audience: 'https://demo.api',
  clientId: 'page-client',
  scopes: ['read:foo'],
  scopeDescriptions: {},
};
const START_PAGE = '<!doctype html>';
/** The environments of the functions that this deployment does not have. */
const UNDEPLOYED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'app-passwords': { CONFIG: JSON.stringify(APP_PASSWORDS) },
  'app-passwords-page': { CONFIG: JSON.stringify(PAGE) },
  'demo-api': {},
  'resource-metadata': { CONFIG: JSON.stringify({ document: METADATA }) },
};

/** The routes of the captured events. */
const ROUTES = {
  'GET /request': ['read:foo'],
  'POST /merchants': ['read:foo'],
  'ANY /{proxy+}': ['read:foo'],
  $connect: ['read:foo'],
};
const AUTHORIZER_EVENTS = [
  'rest-authorizer',
  'rest-authorizer-version-1',
  'http-api-authorizer',
  'http-api-authorizer-default-route',
  'websocket-authorizer',
];
/** Tokens that are bound to their holder are accepted. */
const BOUND = { dpop: 'accepted', mtls: 'accepted', gatewayTtlSeconds: '0' };
const SUB = 'auth0|1234';
const USER = 'user@gmail.com';
const CANARY = 'canary-of-the-event-x8fq2m';
const CANARY_URL = `http://127.0.0.1:1/response?X-Amz-Signature=${CANARY}`;
const PRINCIPAL = { sub: SUB, username: USER, scope: 'read:foo', token_type: 'Bearer' };

/** Events that no function can use. Most of them carry a secret. */
const BROKEN_EVENTS: readonly unknown[] = [
  null,
  [],
  'event',
  7,
  {},
  { headers: { Authorization: bearer(CANARY) } },
  { type: 'REQUEST', version: '2.0', headers: { authorization: bearer(CANARY) }, requestContext: null },
  { ...withAuthorization(captured('rest-authorizer'), bearer(CANARY)), requestContext: {} },
  { ...withAuthorization(captured('rest-proxy'), bearer(CANARY)), path: null, requestContext: 'none' },
  { RequestType: 'Create', ResponseURL: CANARY_URL },
  { ...captured('custom-resource-create'), ResponseURL: 'not a URL', ResourceProperties: { Secret: CANARY } },
  { ...captured('rotation'), Step: CANARY },
  { ...captured('rotation'), SecretId: CANARY },
];

describe.skipIf(ministack === '' || !runtime)('the functions under AWS’s runtime client on Node 24', () => {
  let aws: AwsForTest;
  let stacks: DeployedStacks;
  let backend: LoopbackServer;
  let cloudFormation: LoopbackServer;
  let signingKeySecret: string;
  /** The functions that are not deployed, by their folder. */
  const undeployed = new Map<string, FunctionCode>();
  const running = new Map<string, Promise<RunningFunction>>();
  /** Texts that no output may contain. */
  const secrets: string[] = [CANARY];

  beforeAll(async () => {
    [backend, cloudFormation] = await Promise.all([startLoopbackServer(201), startLoopbackServer(200)]);
    aws = await AwsForTest.start(ministack);
    const routes = JSON.stringify({ 'ANY /{proxy+}': ['read:foo'], 'GET /my/path': 'public' });
    const assembly = await aws.synth({ backendUrl: `${backend.url}/base`, routes, principalToken: 'true', ...BOUND });
    succeeded(await aws.deploy(assembly));
    stacks = await DeployedStacks.read(aws.account, assembly);
    signingKeySecret = (await aws.outputs()).SigningKeySecretArn ?? '';
    for (const [folder, environment] of Object.entries(UNDEPLOYED)) {
      const directory = join(assembly, folder);
      await bundle(`lambda/${folder}/handler.ts`, join(directory, 'index.js'));
      undeployed.set(folder, { directory, handler: 'index.handler', environment });
    }
    await writeFile(join(assembly, 'app-passwords-page', 'index.html'), START_PAGE);
    secrets.push(...secretsOf(await signingKey()));
  });

  afterAll(async () => {
    const functions = await Promise.all(running.values());
    await Promise.all([...functions.map((one) => one.close()), backend?.close(), cloudFormation?.close()]);
    await aws?.close();
  });

  const signingKey = () => readSecret(aws.account, signingKeySecret);

  /** Returns the function of a folder, and starts it when it is first needed. */
  function started(folder: string): Promise<RunningFunction> {
    const found = running.get(folder) ?? start(folder);
    running.set(folder, found);
    return found;
  }

  async function start(folder: string): Promise<RunningFunction> {
    if (!runtime) throw new Error('There is no Lambda runtime.');
    const construct = CONSTRUCTS[folder];
    const code = undeployed.get(folder) ?? (construct && (await stacks.function(construct)));
    if (!code) throw new Error(`There is no function ${folder}.`);
    const { account } = aws;
    const environment = {
      AWS_ENDPOINT_URL: account.url,
      AWS_REGION: account.region,
      AWS_ACCESS_KEY_ID: account.id,
      AWS_SECRET_ACCESS_KEY: 'test',
      ...code.environment,
    };
    return RunningFunction.start(runtime, { ...code, environment: adapted(folder, environment) });
  }

  const invoke = async (folder: string, event: unknown) => (await started(folder)).invoke(event);

  function authorize(event: string, authorization: string | undefined) {
    if (authorization !== undefined) secrets.push(authorization.split(' ').at(-1) ?? '');
    return invoke('authorizer', withAuthorization(underOwnDomain(captured(event)), authorization));
  }

  /** Sends an event as CloudFormation does, and returns what the function put to the address of the response. */
  async function request(folder: string, type: 'create' | 'update' | 'delete', more: JsonObject): Promise<unknown> {
    const path = `/response?X-Amz-Signature=signature-${secrets.length}`;
    secrets.push(path);
    const ResponseURL = `${cloudFormation.url}${path}`;
    const event = { ...captured(`custom-resource-${type}`), RequestId: randomUUID(), ...more, ResponseURL };
    const outcome = await invoke(folder, event);
    expect(outcome).toEqual({ response: null });
    const { method, path: got, body } = cloudFormation.received.at(-1) ?? {};
    expect({ method, got }).toEqual({ method: 'PUT', got: path });
    return parseJson(body ?? '');
  }

  it('are all handlers of this project', () => {
    const lambda = join(PROJECT_DIRECTORY, 'lambda');
    const folders = readdirSync(lambda)
      .filter((folder) => existsSync(join(lambda, folder, 'handler.ts')))
      // This code is shared by two functions.
      .filter((folder) => folder !== 'custom-resource');
    expect(Object.keys(CONSTRUCTS).sort()).toEqual(folders.sort());
  });

  describe.each(AUTHORIZER_EVENTS)('the authorizer with the event %s', (event) => {
    it.each(['jwt', 'opaque', 'asp', 'basic', 'basicToken'] as const)('allows a valid credential: %s', async (kind) => {
      const { tenant } = aws;
      const outcome = await authorize(
        event,
        {
          jwt: () => bearer(tenant.mintJwt()),
          opaque: () => bearer(tenant.mintOpaque()),
          asp: () => bearer(tenant.mintApplicationPassword().value),
          basic: () => basic(USER, tenant.mintApplicationPassword().value),
          basicToken: () => basic('token', tenant.mintJwt()),
        }[kind](),
      );
      expect(verdictOf(outcome)).toMatchObject({ isAllowed: true, sub: SUB });
    });

    it('denies a caller without the scope', async () => {
      const outcome = await authorize(event, bearer(aws.tenant.mintJwt({ scope: 'create:foo' })));
      expect(verdictOf(outcome)).toMatchObject({ isAllowed: false });
    });

    it.each([
      ['no credential', undefined],
      ['an unsigned JWT', bearer('eyJhbGciOiJub25lIn0.e30.')],
      ['an unknown token', bearer('not-a-token-of-the-tenant')],
      ['a wrong password', basic(USER, 'not-the-password')],
      ['a wrong token as the Basic secret', basic('token', 'not-a-token-either')],
    ])('reports exactly "Unauthorized" for %s', async (_, authorization) => {
      const error = { errorType: 'Error', errorMessage: 'Unauthorized' };
      expect(await authorize(event, authorization)).toEqual({ error });
    });
  });

  describe.each([
    'rest-authorizer',
    'rest-authorizer-version-1',
    'http-api-authorizer',
    'http-api-authorizer-default-route',
  ])('the authorizer with the event %s and a bound token', (name) => {
    const refused = { error: { errorType: 'Error', errorMessage: 'Unauthorized' } };

    it('allows a proof of its key once, for the URL that the event says', async () => {
      const pair = await dpop.generateKeyPair('ES256');
      const token = aws.tenant.mintJwt({ cnf: { jkt: await dpop.calculateThumbprint(pair.publicKey) } });
      const event = withAuthorization(underOwnDomain(captured(name)), `DPoP ${token}`);
      const { url, method } = calledBy(event);
      const proof = await dpop.generateProof(pair, url, method, undefined, token);
      secrets.push(token, proof);
      expect(verdictOf(await invoke('authorizer', withProof(event, proof)))).toMatchObject({ isAllowed: true });
      expect(await invoke('authorizer', withProof(event, proof))).toEqual(refused);
      expect(await invoke('authorizer', event)).toEqual(refused);
      const elsewhere = await dpop.generateProof(pair, `${url}/elsewhere`, method, undefined, token);
      expect(await invoke('authorizer', withProof(event, elsewhere))).toEqual(refused);
      expect(await authorize(name, bearer(token))).toEqual(refused);
    });

    it('allows its client certificate only', async () => {
      const [certificate, other] = await Promise.all([makeCertificate(Date.now()), makeCertificate(Date.now())]);
      const x5t = hash('sha256', new X509Certificate(certificate.cert).raw, 'base64url');
      const token = aws.tenant.mintJwt({ cnf: { 'x5t#S256': x5t } });
      secrets.push(token);
      const event = withAuthorization(underOwnDomain(captured(name)), bearer(token));
      const by = ({ cert }: { readonly cert: string }) => invoke('authorizer', withCertificate(event, cert));
      expect(verdictOf(await by(certificate))).toMatchObject({ isAllowed: true });
      expect(await by(other)).toEqual(refused);
      expect(await invoke('authorizer', event)).toEqual(refused);
    });
  });

  describe('the authorizer with the event of a browser that opens a WebSocket', () => {
    const open = (token: string) => {
      const encoded = Buffer.from(token).toString('base64url');
      secrets.push(token, encoded);
      return invoke('authorizer', withSubprotocols(captured('websocket-authorizer'), 'bearer', `bearer.${encoded}`));
    };

    it('allows a valid token in a subprotocol', async () => {
      expect(verdictOf(await open(aws.tenant.mintJwt()))).toMatchObject({ isAllowed: true, sub: SUB });
      expect(verdictOf(await open(aws.tenant.mintOpaque()))).toMatchObject({ isAllowed: true, sub: SUB });
    });

    it('reports exactly "Unauthorized" for an expired token, and for none', async () => {
      const error = { errorType: 'Error', errorMessage: 'Unauthorized' };
      expect(await open(aws.tenant.mintJwt({ expiresInSeconds: -60 }))).toEqual({ error });
      const event = withSubprotocols(captured('websocket-authorizer'), 'bearer');
      expect(await invoke('authorizer', event)).toEqual({ error });
    });
  });

  it('serve a JWKS with only the public half of the key', async () => {
    const { statusCode, body } = proxyResponse(await invoke('jwks', captured('rest-proxy')));
    const { kid, n, e } = objectOf(await signingKey());
    expect(statusCode).toBe(200);
    expect(objectOf(body)).toEqual({ keys: [{ kty: 'RSA', kid, alg: 'RS256', use: 'sig', n, e }] });
  });

  it('serve the page for app passwords, from the files beside the code', async () => {
    const page = (members: object) => invoke('app-passwords-page', { httpMethod: 'GET', ...members });
    expect(proxyResponse(await page({}))).toMatchObject({ statusCode: 200, body: START_PAGE });
    const { body } = proxyResponse(await page({ pathParameters: { asset: 'config.json' } }));
    expect(objectOf(body)).toEqual(PAGE);
    expect(proxyResponse(await page({ pathParameters: { asset: 'index.js' } })).statusCode).toBe(404);
  });

  it('serve the metadata of an HTTP API', async () => {
    const event = { ...captured('http-api-authorizer'), requestContext: { http: { method: 'GET' } } };
    const { statusCode, body } = proxyResponse(await invoke('resource-metadata', event));
    expect([statusCode, objectOf(body)]).toEqual([200, METADATA]);
  });

  it('include a demo API that responds with the principal', async () => {
    const { statusCode, body } = proxyResponse(
      await invoke('demo-api', withPrincipal(captured('rest-proxy'), PRINCIPAL)),
    );
    expect(statusCode).toBe(200);
    expect(objectOf(body)).toMatchObject({ route: 'POST /{proxy+}', principal: PRINCIPAL });
  });

  describe('the backend proxy', () => {
    it('passes a request on with the principal in place of the credential', async () => {
      const event = withAuthorization(withPrincipal(captured('rest-proxy'), PRINCIPAL), bearer(CANARY));
      expect(proxyResponse(await invoke('backend-proxy', event))).toMatchObject({ statusCode: 201 });
      const { method, path, headers, body } = backend.received.at(-1) ?? {};
      expect({ method, path, body }).toEqual({
        method: 'POST',
        path: '/base/hello/world?name=me',
        body: '{\r\n\t"a": 1\r\n}',
      });
      expect(headers).toMatchObject({
        'x-auth-sub': 'auth0%7C1234',
        'x-gateway-secret': expect.stringMatching(/.{20}/),
      });
      expect(headers).not.toHaveProperty('authorization');
      secrets.push(String(headers?.['x-gateway-secret']));
    });

    it('passes a request to a public route on without a principal', async () => {
      expect(proxyResponse(await invoke('backend-proxy', captured('rest-proxy-version-1')))).toMatchObject({
        statusCode: 201,
      });
      const { path, headers } = backend.received.at(-1) ?? {};
      expect(path).toMatch(/^\/base\/my\/path\?/);
      expect(headers).toMatchObject({ 'x-auth-sub': '' });
    });
  });

  describe('the key rotation', () => {
    it('changes the key in the four steps of Secrets Manager', async () => {
      const before = await signingKey();
      const event = { ...captured('rotation'), SecretId: signingKeySecret };
      for (const Step of ['createSecret', 'setSecret', 'testSecret', 'finishSecret']) {
        expect([Step, await invoke('key-rotation', { ...event, Step })]).toEqual([Step, { response: null }]);
      }
      const after = await signingKey();
      secrets.push(...secretsOf(after));
      expect(objectOf(after).kid).not.toBe(objectOf(before).kid);
    });

    it('leaves the authorizer able to introspect', async () => {
      expect(verdictOf(await authorize('rest-authorizer', bearer(aws.tenant.mintOpaque())))).toMatchObject({
        isAllowed: true,
      });
    });

    it('refuses the captured event, which names a different secret', async () => {
      expect(await invoke('key-rotation', captured('rotation'))).toEqual({
        error: { errorType: 'Error', errorMessage: expect.stringMatching(/^event_unknown: /) },
      });
    });
  });

  describe('the rotation of the key that signs the principal', () => {
    it('changes the key in the four steps of Secrets Manager', async () => {
      const secretId = (await aws.outputs()).PrincipalTokenSecretArn ?? '';
      const keys = async () => parsePrincipalKeys(await readSecret(aws.account, secretId));
      const [, next] = await keys();
      const event = { ...captured('rotation'), SecretId: secretId };
      for (const Step of ['createSecret', 'setSecret', 'testSecret', 'finishSecret']) {
        expect([Step, await invoke('principal-key', { ...event, Step })]).toEqual([Step, { response: null }]);
      }
      const after = await keys();
      secrets.push(...[next, ...after].map(({ d }) => d));
      expect(after[0]).toEqual(next);
    });

    it('refuses the captured event, which names a different secret', async () => {
      expect(await invoke('principal-key', captured('rotation'))).toEqual({
        error: { errorType: 'Error', errorMessage: expect.stringMatching(/^event_unknown: /) },
      });
    });
  });

  describe.each([
    ['signing-key', 'Custom::SigningKey'],
    ['principal-key', 'Custom::PrincipalKey'],
    ['auth0-setup', 'Custom::Auth0ResourceServer'],
    ['auth0-setup', 'Custom::Auth0ClientGrant'],
  ])('the function %s as the custom resource %s', (folder, ResourceType) => {
    it('creates, updates, deletes and creates again', async () => {
      const ResourceProperties = stacks.customResourceProperties(ResourceType);
      const resource = { ResourceType, ResourceProperties };
      const created = await request(folder, 'create', resource);
      expect(created).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: expect.any(String) });
      const PhysicalResourceId = isJsonObject(created) ? created.PhysicalResourceId : undefined;
      const success = { Status: 'SUCCESS', PhysicalResourceId };
      const update = { ...resource, PhysicalResourceId, OldResourceProperties: ResourceProperties };
      expect(await request(folder, 'update', update)).toMatchObject(success);
      expect(await request(folder, 'delete', { ...resource, PhysicalResourceId })).toMatchObject(success);
      expect(await request(folder, 'create', resource)).toMatchObject(success);
    });
  });

  it.each(['signing-key', 'principal-key', 'auth0-setup'])('report an unknown resource type: %s', async (folder) => {
    expect(await request(folder, 'create', {})).toMatchObject({
      Status: 'FAILED',
      Reason: expect.stringContaining('Custom::MyType'),
    });
  });

  it('let callers in after a rotation and every custom resource event', async () => {
    const tokens = [aws.tenant.mintOpaque(), aws.tenant.mintApplicationPassword().value];
    for (const token of tokens) {
      expect(verdictOf(await authorize('rest-authorizer', bearer(token)))).toMatchObject({ isAllowed: true });
    }
  });

  it.each(Object.keys(CONSTRUCTS))('survive broken events: %s', async (folder) => {
    for (const event of BROKEN_EVENTS) {
      // If the process has ended, the invocation rejects.
      const outcome = await invoke(folder, event);
      expect(JSON.stringify(outcome)).not.toContain(CANARY);
    }
  });

  it.each([
    ['authorizer', () => withAuthorization(captured('rest-authorizer'), bearer(aws.tenant.mintJwt()))],
    ['jwks', () => captured('rest-proxy')],
    ['demo-api', () => captured('rest-proxy')],
    ['backend-proxy', () => captured('rest-proxy-version-1')],
  ])('respond as before after broken events: %s', async (folder, event) => {
    expect(await invoke(folder, event())).toHaveProperty('response');
  });

  it('write the line with the metrics as it is, without a prefix, so that CloudWatch finds them', async () => {
    const { output } = await (running.get('authorizer') ?? Promise.reject(new Error('The authorizer does not run.')));
    const lines = output.split('\n').filter((line) => line.includes('"authorization_decision"'));
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) expect(JSON.parse(line)).toMatchObject({ event: 'authorization_decision', _aws: {} });
  });

  it('write no secret to their output', async () => {
    const functions = await Promise.all([...running].map(async ([name, one]) => [name, (await one).output] as const));
    expect(functions.map(([name]) => name).sort()).toEqual(Object.keys(CONSTRUCTS).sort());
    expect(Object.fromEntries(functions).authorizer).toContain('Unauthorized');
    expect(findings(Object.fromEntries(functions), secrets)).toEqual([]);
  });
});

/** Gives the authorizer the routes of the captured events and more carriers of a token, and leaves every other function unchanged. */
function adapted(folder: string, environment: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  if (folder !== 'authorizer') return environment;
  const options = { routes: ROUTES, basicTokenUsers: ['token'], webSocketSubprotocols: true };
  return { ...environment, CONFIG: JSON.stringify({ ...objectOf(environment.CONFIG), ...options }) };
}

/** Reads the decision in the response of an authorizer, for each kind of API. */
function verdictOf(outcome: object): { readonly isAllowed: boolean; readonly sub: unknown } | typeof outcome {
  if (!('response' in outcome) || !isJsonObject(outcome.response)) return outcome;
  const { isAuthorized, policyDocument, context } = outcome.response;
  const statements = isJsonObject(policyDocument) ? policyDocument.Statement : undefined;
  const [statement] = Array.isArray(statements) ? statements : [];
  return {
    isAllowed: isAuthorized === true || statement?.Effect === 'Allow',
    sub: isJsonObject(context) ? context.sub : undefined,
  };
}

function proxyResponse(outcome: object): JsonObject {
  if ('response' in outcome && isJsonObject(outcome.response)) return outcome.response;
  throw new Error(`Not the response of a proxy integration: ${JSON.stringify(outcome)}`);
}

function objectOf(text: unknown): JsonObject {
  const value = parseJson(String(text));
  return isJsonObject(value) ? value : {};
}

/** The request that an event stands for, as its caller sees it. */
function calledBy({ version, rawPath, requestContext }: JsonObject): { readonly url: string; readonly method: string } {
  if (!isJsonObject(requestContext)) throw new TypeError('The event has no context.');
  const { domainName, path, httpMethod, http } = requestContext;
  const method = isJsonObject(http) ? http.method : httpMethod;
  return { url: `https://${domainName}${version === '2.0' ? rawPath : path}`, method: String(method) };
}
