/** Implements the HTTP port with the transport: text in and out, over connections that stay open between requests. */
import { HttpFailure, type HttpPort, type HttpRequest, type HttpResponse } from '../core/http.ts';
import { createTransport, type RawResponse, type Transport } from './transport.ts';

/** Far larger than any JWKS or introspection response. */
const DEFAULT_MAXIMUM_BYTES = 256 * 1024;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** An HTTP port with connections of its own. */
export interface HttpsClient {
  readonly send: HttpPort;
  /** Closes the connections that are kept open. */
  close(): void;
}

/**
 * Makes an HTTP port whose connections are kept open between requests.
 *
 * @param proxyEnv the variables that name a proxy, see `createTransport`. @default no proxy
 */
export function createHttpsClient(proxyEnv?: NodeJS.ProcessEnv): HttpsClient {
  const transport = createTransport(proxyEnv);
  return { send: (request) => send(request, transport), close: transport.close };
}

async function send({ url, isOnOwnConnection, ...request }: HttpRequest, transport: Transport): Promise<HttpResponse> {
  const { maximumBytes = DEFAULT_MAXIMUM_BYTES } = request;
  const connection = isOnOwnConnection ? 'own' : 'kept';
  const raw = { ...request, url: new URL(url), maximumBytes, connection } as const;
  const { status, rawFields, body } = await transport.start(raw).response;
  return { status, headers: joinFields(rawFields), body: decode(body) };
}

function joinFields(rawFields: RawResponse['rawFields']): HttpResponse['headers'] {
  const joined = new Map<string, string>();
  for (let index = 0; index < rawFields.length; index += 2) {
    const name = (rawFields[index] ?? '').toLowerCase();
    const before = joined.get(name);
    const value = rawFields[index + 1] ?? '';
    joined.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return Object.fromEntries(joined);
}

function decode(bytes: Buffer): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new HttpFailure('not_text', 'The body is not UTF-8.');
  }
}
