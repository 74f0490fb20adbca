import { describe, expect, it } from 'vitest';
import { createHandler, type HandlerPorts } from '../../../../lambda/authorizer/create-handler.ts';
import type { RestEvent } from '../../../../lambda/authorizer/rest.ts';
import { parseAuthorizerConfiguration } from '../../../../src/config/authorizer-configuration.ts';
import { IssuerError } from '../../../../src/core/errors.ts';
import { FrozenClock } from '../../../support/core/clock.ts';
import { basic, signingKey } from '../../../support/core/composed.ts';
import { INACTIVE } from '../../../support/core/introspection-responses.ts';
import { AUDIENCE, ISSUER } from '../../../support/core/issuer.ts';
import { ScriptedHttp } from '../../../support/core/scripted-http.ts';
import { TOKEN_URL, WRONG_PASSWORD } from '../../../support/core/token-endpoint.ts';
import fixture from '../../../support/lambda/events/rest-request.json' with { type: 'json' };

const MINIMUM = { issuer: ISSUER, audience: AUDIENCE, signingKeySecret: 'key', passwordGrantSecret: 'client' };
const BEHIND_CDN = { viewerAddressHeader: 'CloudFront-Viewer-Address', originSecret: 'cdn' };
const SECRET = 'the-origin-secret-of-the-cdn';
const FROM_CDN = { 'X-Origin-Secret': [SECRET], 'CloudFront-Viewer-Address': ['203.0.113.7:46532'] };

function handlerOf(configuration: object, ports: Partial<HandlerPorts> = {}) {
  const clock = new FrozenClock();
  const http = new ScriptedHttp(({ url }) => (url === TOKEN_URL ? WRONG_PASSWORD : INACTIVE));
  const lines: string[] = [];
  const handle = createHandler(
    parseAuthorizerConfiguration(JSON.stringify({ ...MINIMUM, ...configuration })),
    {
      http: http.port,
      clock: clock.read,
      sleep: clock.sleep,
      random: () => 0,
      signingKeys: { read: async () => [signingKey] },
      passwordGrantClient: async () => ({ clientId: 'grant-client', clientSecret: 'grant-client-secret' }),
      ...ports,
    },
    (line) => lines.push(line),
  );
  const send = (multiValueHeaders: Readonly<Record<string, string[]>>) => {
    const requestContext = { ...fixture.requestContext, authorizer: undefined };
    const event: RestEvent = { ...fixture, type: 'REQUEST', multiValueHeaders, requestContext };
    return handle(event).catch(() => undefined);
  };
  const logged = () => JSON.parse(lines.at(-1) ?? '{}');
  const addresses = () => http.to(TOKEN_URL).map(({ headers }) => headers['auth0-forwarded-for']);
  return { send, logged, addresses };
}

const LOGIN = { Authorization: [basic('user@example.com', 'wrong')] };

describe('the log line of a decision', () => {
  it("has API Gateway's id of the request and the trace id of the caller", async () => {
    const { send, logged } = handlerOf({});
    await send({ traceparent: ['00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'] });
    expect(logged()).toMatchObject({
      requestId: fixture.requestContext.requestId,
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      reason: 'credential_missing',
    });
  });

  it.each([
    ['that is not in the standard form', ['CanaryCanaryCana']],
    ['that is all zeros', ['00-00000000000000000000000000000000-00f067aa0ba902b7-01']],
    ['that comes twice', Array(2).fill('00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01')],
  ])('has no trace id %s', async (_, traceparent) => {
    const { send, logged } = handlerOf({});
    await send({ traceparent });
    expect(logged()).not.toHaveProperty('traceId');
    expect(JSON.stringify(logged())).not.toContain('Canary');
  });
});

describe('a login behind a CDN', () => {
  const originSecrets = async () => [SECRET];

  it("is counted for the viewer's address if the CDN proves itself, else for the address of the connection", async () => {
    const { send, addresses } = handlerOf(BEHIND_CDN, { originSecrets });
    await send({ ...LOGIN, ...FROM_CDN });
    await send({
      Authorization: [basic('other@example.com', 'wrong')],
      ...FROM_CDN,
      'X-Origin-Secret': ['a-wrong-secret'],
    });
    expect(addresses()).toEqual(['203.0.113.7', fixture.requestContext.identity.sourceIp]);
  });

  it('is counted for the address of the connection if no header is configured', async () => {
    const { send, addresses } = handlerOf({}, { originSecrets });
    await send({ ...LOGIN, ...FROM_CDN });
    expect(addresses()).toEqual([fixture.requestContext.identity.sourceIp]);
  });

  it('is unavailable, and reaches no tenant, while the origin secret cannot be read', async () => {
    const { send, logged, addresses } = handlerOf(BEHIND_CDN, {
      originSecrets: async () => {
        throw new IssuerError('issuer_unavailable', 'The secret cannot be read.');
      },
    });
    await send({ ...LOGIN, ...FROM_CDN });
    expect(logged()).toMatchObject({ outcome: 'unavailable', reason: 'issuer_unavailable' });
    expect(addresses()).toEqual([]);
  });

  it('reads the origin secret for logins only', async () => {
    let reads = 0;
    const { send } = handlerOf(BEHIND_CDN, {
      originSecrets: async () => {
        reads += 1;
        return [SECRET];
      },
    });
    await send({ Authorization: ['Bearer opaque'], ...FROM_CDN });
    expect(reads).toBe(0);
  });
});
