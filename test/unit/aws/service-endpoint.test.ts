import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { regionOf, serviceEndpoint } from '../../../src/aws/service-endpoint.ts';

const REGIONS = ['us-east-1', 'eu-central-1', 'ap-southeast-7', 'cn-north-1', 'us-gov-west-1', 'eusc-de-east-1'];
/** The partitions without a public internet. */
const ISOLATED = ['us-iso-east-1', 'us-isob-east-1', 'eu-isoe-west-1', 'us-isof-south-1'];
const VARIANTS = [
  { fips: false, dualStack: false },
  { fips: true, dualStack: false },
  { fips: false, dualStack: true },
  { fips: true, dualStack: true },
];

/** China has no FIPS endpoints. */
const COMBINATIONS = REGIONS.flatMap((region) => VARIANTS.map((variant) => ({ region, ...variant }))).filter(
  ({ region, fips }) => !(fips && region.startsWith('cn-')),
);

const PROVIDERS = {
  secretsmanager: new SecretsManagerClient({ region: 'us-east-1' }).config.endpointProvider,
  dynamodb: new DynamoDBClient({ region: 'us-east-1' }).config.endpointProvider,
};

function environmentOf(region: string, { fips, dualStack }: (typeof VARIANTS)[number]) {
  return { AWS_REGION: region, AWS_USE_FIPS_ENDPOINT: String(fips), AWS_USE_DUALSTACK_ENDPOINT: String(dualStack) };
}

describe.each(['secretsmanager', 'dynamodb'] as const)('the address of %s', (service) => {
  it.each([...REGIONS, ...ISOLATED])('is that of the SDK in %s', (region) => {
    // The SDK uses an address with the account's number only if the number is known.
    const { url } = PROVIDERS[service]({ Region: region, UseFIPS: false, UseDualStack: false });
    expect(serviceEndpoint(service, { AWS_REGION: region }).href).toBe(url.href);
  });

  it.each(COMBINATIONS)(
    'is that of the SDK in $region with FIPS $fips and dual stack $dualStack',
    ({ region, ...variant }) => {
      const { url } = PROVIDERS[service]({ Region: region, UseFIPS: variant.fips, UseDualStack: variant.dualStack });
      expect(serviceEndpoint(service, environmentOf(region, variant)).href).toBe(url.href);
    },
  );
});

describe('a configured address', () => {
  const REGION = { AWS_REGION: 'eu-west-1' };

  it('is used, and the one for the service comes first', () => {
    const all = { AWS_ENDPOINT_URL: 'http://127.0.0.1:4566', AWS_ENDPOINT_URL_DYNAMODB: 'https://vpce.example/' };
    expect(serviceEndpoint('dynamodb', all).href).toBe('https://vpce.example/');
    expect(serviceEndpoint('secretsmanager', all).href).toBe('http://127.0.0.1:4566/');
    const secrets = { AWS_ENDPOINT_URL_SECRETS_MANAGER: 'https://secrets.example/' };
    expect(serviceEndpoint('secretsmanager', secrets).href).toBe('https://secrets.example/');
  });

  it('is not used if the environment says so', () => {
    const ignoring = { ...REGION, AWS_ENDPOINT_URL: 'https://a.example/', AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' };
    expect(serviceEndpoint('dynamodb', ignoring).href).toBe('https://dynamodb.eu-west-1.amazonaws.com/');
  });

  it.each([
    'http://10.0.0.1/',
    'http://dynamodb.example/',
    'ftp://127.0.0.1/',
    'https://user:word@a.example/',
    'nonsense',
  ])('is refused if it would not be secure: %s', (url) => {
    expect(() => serviceEndpoint('dynamodb', { ...REGION, AWS_ENDPOINT_URL: url })).toThrow(
      expect.objectContaining({ name: 'EndpointInvalid', message: 'The call to AWS failed: EndpointInvalid.' }),
    );
  });
});

it.each([undefined, '', 'evil.example/', 'eu-west-1.evil.example', 'EU', 'eu-west-1\r\n'])(
  'a region that is not one is refused: %j',
  (region) => {
    expect(() => regionOf({ AWS_REGION: region })).toThrow(expect.objectContaining({ name: 'RegionMissing' }));
  },
);
