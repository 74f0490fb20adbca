/** Sends signed requests to the emulator: the few requests that neither the CDK nor the functions send. */
import { createHash, createHmac } from 'node:crypto';

/** Which emulator and which account. The emulator takes an access key ID of twelve digits as the account number. */
export interface Account {
  /** Without a trailing slash. */
  readonly url: string;
  /** Twelve digits. */
  readonly id: string;
  readonly region: string;
}

export interface AwsRequest {
  /** The service name that goes into the signature, such as `secretsmanager`. */
  readonly service: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With the query, if any; its names must be sorted. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export interface AwsResponse {
  readonly status: number;
  readonly text: string;
}

/** The emulator accepts this fixed value; it protects nothing. */
const SECRET_ACCESS_KEY = 'test';

/**
 * Sends a request.
 *
 * @throws Error if the status is not 2xx
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export async function sendToAws(account: Account, request: AwsRequest): Promise<AwsResponse> {
  const { method, path, body = '' } = request;
  const headers = sign(account, request, new Date());
  const response = await fetch(`${account.url}${path}`, {
    method,
    headers,
    ...(body !== '' && { body: Buffer.from(body) }),
  });
  const text = await response.text();
  if (response.ok) return { status: response.status, text };
  throw new Error(`The emulator responded to ${request.service} ${method} ${path} with ${response.status}: ${text}`);
}

/** Calls an operation of a service that speaks JSON, such as Secrets Manager, and returns the parsed JSON. */
export async function callAws(account: Account, service: string, target: string, input: unknown): Promise<unknown> {
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target };
  const request = { service, method: 'POST', path: '/', headers, body: JSON.stringify(input) } as const;
  const { text } = await sendToAws(account, request);
  return text === '' ? undefined : JSON.parse(text);
}

function sign({ url, id, region }: Account, request: AwsRequest, now: Date): Readonly<Record<string, string>> {
  const { service, method, path, body = '' } = request;
  const time = now.toISOString().replace(/[-:]|\.\d{3}/g, '');
  const [pathname = '/', query = ''] = path.split('?');
  const payloadHash = sha256(body);
  const headers: Record<string, string> = {
    ...request.headers,
    host: new URL(url).host,
    'x-amz-content-sha256': payloadHash,
    'x-amz-date': time,
  };
  const names = Object.keys(headers).sort();
  const signedNames = names.join(';');
  const canonicalHeaders = names.map((name) => `${name}:${headers[name]}\n`).join('');
  const canonical = [method, pathname, query, canonicalHeaders, signedNames, payloadHash].join('\n');
  const scope = `${time.slice(0, 8)}/${region}/${service}/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n');
  const key = [time.slice(0, 8), region, service, 'aws4_request'].reduce<string | Buffer>(
    (secret, part) => hmac(secret, part),
    `AWS4${SECRET_ACCESS_KEY}`,
  );
  const signature = createHmac('sha256', key).update(toSign).digest('hex');
  const { host: _host, ...sent } = headers;
  const authorization = `AWS4-HMAC-SHA256 Credential=${id}/${scope}, SignedHeaders=${signedNames}, Signature=${signature}`;
  return { ...sent, authorization };
}

function sha256(text: string | Uint8Array): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
