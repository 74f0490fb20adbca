/** Signatures that botocore 1.43.11 made, AWS's SDK for Python, which shares no code with the signer. */
import { describe, expect, it } from 'vitest';
import { signRequest } from '../../../src/aws/sign-request.ts';

const KEYS = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const DATE = new Date('2026-11-30T16:00:00Z');

const READ_SECRET = {
  service: 'secretsmanager',
  url: new URL('https://secretsmanager.eu-west-1.amazonaws.com/'),
  headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'secretsmanager.GetSecretValue' },
  body: '{"SecretId":"demo/schlüssel"}',
  date: DATE,
} as const;

const GET_ITEM = {
  service: 'dynamodb',
  url: new URL('http://127.0.0.1:8000/'),
  headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'DynamoDB_20120810.GetItem' },
  body: '{"TableName":"t"}',
  date: DATE,
} as const;

describe('a signed request', () => {
  it('has the signature of botocore', async () => {
    expect(await signRequest(READ_SECRET, { ...KEYS, AWS_REGION: 'eu-west-1' })).toEqual({
      ...READ_SECRET.headers,
      host: 'secretsmanager.eu-west-1.amazonaws.com',
      'x-amz-content-sha256': '92652f48a161706a6bee7fc1ad9f87b6c9228a7f83fccc7ad823aa72d2ce3c23',
      'x-amz-date': '20261130T160000Z',
      authorization:
        'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261130/eu-west-1/secretsmanager/aws4_request, SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date;x-amz-target, Signature=0254d7883bbfdbd76e056e08940d841ea27bedc3b5c486014428761105a71d4b',
    });
  });

  it('has the signature of botocore with the token of a role and a port', async () => {
    const environment = { ...KEYS, AWS_REGION: 'us-east-1', AWS_SESSION_TOKEN: 'a/session+token==' };
    expect(await signRequest(GET_ITEM, environment)).toMatchObject({
      host: '127.0.0.1:8000',
      'x-amz-security-token': 'a/session+token==',
      authorization:
        'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261130/us-east-1/dynamodb/aws4_request, SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date;x-amz-security-token;x-amz-target, Signature=9f70441638b59cb348ef79ad1d739d0e30ab5dd3c86ec7ab785b768c0844199e',
    });
  });

  it.each([{}, { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE' }, { AWS_SECRET_ACCESS_KEY: 'example' }])(
    'is not made without credentials: %j',
    async (environment) => {
      await expect(signRequest(GET_ITEM, { AWS_REGION: 'us-east-1', ...environment })).rejects.toThrow(
        expect.objectContaining({ name: 'CredentialsMissing' }),
      );
    },
  );
});
