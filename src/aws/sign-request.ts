/**
 * Signs requests to AWS with AWS's own signer, Signature Version 4. With the whole SDK, a cold start that reads a
 * secret would take about twice as long.
 *
 * @see docs/decisions/021-signed-requests-in-the-authorizer.md
 */
import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import { AwsCallError } from './errors.ts';
import { type AwsService, type Environment, regionOf } from './service-endpoint.ts';

export interface UnsignedRequest {
  readonly service: AwsService;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The time of the signature. AWS accepts a difference of 5 minutes. */
  readonly date: Date;
}

/**
 * Signs a POST request with the credentials of the environment.
 *
 * @returns all headers to send
 * @throws AwsCallError `CredentialsMissing` or `RegionMissing`
 */
export async function signRequest(
  { service, url, headers, body, date }: UnsignedRequest,
  environment: Environment,
): Promise<Readonly<Record<string, string>>> {
  const signer = new SignatureV4({
    service,
    region: regionOf(environment),
    credentials: credentialsOf(environment),
    sha256: Sha256,
  });
  const { protocol, host, hostname, pathname: path } = url;
  const request = { method: 'POST', protocol, hostname, path, query: {}, headers: { ...headers, host }, body };
  const signed = await signer.sign(request, { signingDate: date });
  return signed.headers;
}

function credentialsOf(environment: Environment) {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = environment;
  const { AWS_SESSION_TOKEN: sessionToken } = environment;
  if (!accessKeyId || !secretAccessKey) throw new AwsCallError('CredentialsMissing');
  return { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) };
}

type Bytes = string | ArrayBuffer | ArrayBufferView;

/** The hash that the signer uses, in the form that it requires: an HMAC if there is a secret. */
class Sha256 {
  readonly #hash: { update(data: Uint8Array): unknown; digest(): Buffer };

  constructor(secret?: Bytes) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(secret));
  }

  update(data: Bytes): void {
    this.#hash.update(bytesOf(data));
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
}

function bytesOf(data: Bytes): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data);
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}
