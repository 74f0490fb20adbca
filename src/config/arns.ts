/** Says which part of an ARN is wrong, so that an operator need not compare it letter by letter. */

interface Expected {
  /** The third part, such as `kms`. */
  readonly service: string;
  /** The last part. */
  readonly resource: RegExp;
  /** What the last part should be, such as `"key/" and the id of a key`. */
  readonly resourceWords: string;
}

/**
 * Finds the first wrong part of an ARN.
 *
 * @returns what is wrong, such as `its service is "s3", not "kms"`; `undefined` if nothing is
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
 */
export function arnFault(arn: string, { service, resource, resourceWords }: Expected): string | undefined {
  const [prefix, partition = '', ownService = '', region = '', account = '', ...rest] = arn.split(':');
  const ownResource = rest.join(':');
  if (prefix !== 'arn') return 'it does not start with "arn:"';
  if (rest.length === 0) return 'it has fewer than six parts';
  if (!/^aws[a-z-]*$/.test(partition)) return `its partition is ${quoted(partition)}, not "aws"`;
  if (ownService !== service) return `its service is ${quoted(ownService)}, not "${service}"`;
  if (!/^[a-z]+(?:-[a-z0-9]+)+$/.test(region)) return `its Region is ${quoted(region)}`;
  if (!/^\d{12}$/.test(account)) return `its account is ${quoted(account)}, not 12 digits`;
  return resource.test(ownResource) ? undefined : `its resource is ${quoted(ownResource)}, not ${resourceWords}`;
}

function quoted(part: string): string {
  return part === '' ? 'empty' : JSON.stringify(part.length > 60 ? `${part.slice(0, 60)}…` : part);
}
