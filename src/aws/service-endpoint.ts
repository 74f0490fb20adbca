/**
 * Finds where to send requests to an AWS service, from the environment variables that the SDK uses too. A variable that names no
 * usable address is an error, because requests contain secrets.
 */
import { isSecureUrl } from '../core/secure-url.ts';
import { AwsCallError } from './errors.ts';

/** The environment variables of the process. Read at every request, because Lambda may replace the credentials. */
export type Environment = Readonly<Record<string, string | undefined>>;

export type AwsService = 'secretsmanager' | 'dynamodb';

const ENDPOINT_VARIABLES = {
  secretsmanager: 'AWS_ENDPOINT_URL_SECRETS_MANAGER',
  dynamodb: 'AWS_ENDPOINT_URL_DYNAMODB',
} as const satisfies Record<AwsService, string>;

/** How the domains of a partition end; `dualStack` ones have IPv6 addresses too. */
interface Partition {
  readonly regions: RegExp;
  readonly standard: string;
  readonly dualStack: string;
}

/** The partitions other than `aws`, by their regions. */
const PARTITIONS: readonly Partition[] = [
  { regions: /^cn-/, standard: 'amazonaws.com.cn', dualStack: 'api.amazonwebservices.com.cn' },
  { regions: /^eusc-/, standard: 'amazonaws.eu', dualStack: 'api.amazonwebservices.eu' },
  { regions: /^us-iso-/, standard: 'c2s.ic.gov', dualStack: 'api.aws.ic.gov' },
  { regions: /^us-isob-/, standard: 'sc2s.sgov.gov', dualStack: 'api.aws.scloud' },
  { regions: /^eu-isoe-/, standard: 'cloud.adc-e.uk', dualStack: 'api.cloud-aws.adc-e.uk' },
  { regions: /^us-isof-/, standard: 'csp.hci.ic.gov', dualStack: 'api.aws.hci.ic.gov' },
];
const AWS: Partition = { regions: /^/, standard: 'amazonaws.com', dualStack: 'api.aws' };

/**
 * Returns the region of the environment.
 *
 * @throws AwsCallError `RegionMissing`
 */
export function regionOf({ AWS_REGION: region = '' }: Environment): string {
  if (/^[a-z\d]+(?:-[a-z\d]+)*$/.test(region)) return region;
  throw new AwsCallError('RegionMissing');
}

/**
 * Returns the URL of a service: the configured one, or else AWS's own.
 *
 * @throws AwsCallError `RegionMissing`, or `EndpointInvalid` if a configured URL is neither https nor http to loopback
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
 */
export function serviceEndpoint(service: AwsService, environment: Environment): URL {
  const configured = configuredEndpoint(service, environment);
  if (configured === undefined) return awsEndpoint(service, regionOf(environment), environment);
  if (URL.canParse(configured) && isSecureUrl(configured)) return new URL(configured);
  throw new AwsCallError('EndpointInvalid');
}

function configuredEndpoint(service: AwsService, environment: Environment): string | undefined {
  if (isTrue(environment.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS)) return undefined;
  return environment[ENDPOINT_VARIABLES[service]] || environment.AWS_ENDPOINT_URL || undefined;
}

function awsEndpoint(service: AwsService, region: string, environment: Environment): URL {
  const { standard, dualStack } = PARTITIONS.find(({ regions }) => regions.test(region)) ?? AWS;
  const isDualStack = isTrue(environment.AWS_USE_DUALSTACK_ENDPOINT) && !isAlwaysDualStack(service, standard);
  const suffix = isDualStack ? dualStack : standard;
  const isFips = isTrue(environment.AWS_USE_FIPS_ENDPOINT) && !isAlwaysFips(service, region, suffix);
  return new URL(`https://${service}${isFips ? '-fips' : ''}.${region}.${suffix}/`);
}

/** In the public partitions, the standard endpoint of Secrets Manager has IPv6 addresses too. */
function isAlwaysDualStack(service: AwsService, standard: string): boolean {
  return service === 'secretsmanager' && standard.startsWith(AWS.standard);
}

/** In GovCloud, the standard endpoint of DynamoDB is the FIPS endpoint. */
function isAlwaysFips(service: AwsService, region: string, suffix: string): boolean {
  return service === 'dynamodb' && region.startsWith('us-gov-') && suffix === AWS.standard;
}

function isTrue(value: string | undefined): boolean {
  return value?.toLowerCase() === 'true';
}
