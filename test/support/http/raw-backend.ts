/**
 * A server on a plain socket that parses requests as strictly as RFC 9112 and records each one that it finds in the bytes:
 * a smuggled request appears as an additional one.
 */
import { type AddressInfo, createServer, type Socket } from 'node:net';

export interface ParsedRequest {
  readonly method: string;
  readonly target: string;
  /** Unchanged, in their order. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
  /** The number of the connection, and the number of the request on that connection; both from 1. */
  readonly connection: number;
  readonly turn: number;
}

export interface RawBackend {
  readonly url: string;
  /** Every request so far. */
  readonly requests: ParsedRequest[];
  /** Errors for bytes that no correct client sends. */
  readonly faults: string[];
  close(): Promise<void>;
}

const HEAD_END = '\r\n\r\n';
const REQUEST_LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+) (\S+) HTTP\/1\.1$/;
const FIELD = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*$/s;

/** @param respond called once for each request, when its last byte has arrived */
export async function startRawBackend(respond: (request: ParsedRequest, socket: Socket) => void): Promise<RawBackend> {
  const requests: ParsedRequest[] = [];
  const faults: string[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    const connection = connections;
    let turn = 0;
    let bytes: Buffer = Buffer.alloc(0);
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      bytes = Buffer.concat([bytes, Buffer.from(chunk)]);
      try {
        for (let found = parse(bytes); found !== undefined; found = parse(bytes)) {
          bytes = bytes.subarray(found.length);
          turn += 1;
          const request = { ...found.request, connection, turn };
          requests.push(request);
          respond(request, socket);
        }
      } catch (error) {
        faults.push(error instanceof Error ? error.message : String(error));
        socket.destroy();
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
  return { url: `http://127.0.0.1:${port}`, requests, faults, close };
}

interface Found {
  readonly request: Omit<ParsedRequest, 'connection' | 'turn'>;
  /** In bytes. */
  readonly length: number;
}

/** `undefined` while the request is not complete. */
function parse(bytes: Buffer): Found | undefined {
  const headLength = bytes.indexOf(HEAD_END);
  if (headLength < 0) return undefined;
  const [line = '', ...rest] = bytes.toString('latin1', 0, headLength).split('\r\n');
  const [, method, target] = REQUEST_LINE.exec(line) ?? [];
  if (method === undefined || target === undefined) throw new Error(`Not a request line: ${JSON.stringify(line)}`);
  const fields = rest.map((text) => {
    const [, name, value] = FIELD.exec(text) ?? [];
    if (name === undefined || value === undefined) throw new Error(`Not a field: ${JSON.stringify(text)}`);
    return [name, value] as const;
  });
  const bodyLength = lengthOf(fields);
  const bodyStart = headLength + HEAD_END.length;
  if (bytes.length < bodyStart + bodyLength) return undefined;
  const body = Buffer.from(bytes.subarray(bodyStart, bodyStart + bodyLength));
  return { request: { method, target, fields, body }, length: bodyStart + bodyLength };
}

/** RFC 9112 section 6.3. Our client never sends chunks. */
function lengthOf(fields: ParsedRequest['fields']): number {
  const framing = fields.filter(([name]) => /^(content-length|transfer-encoding)$/i.test(name));
  const [first, second] = framing;
  if (first === undefined) return 0;
  if (second !== undefined || !/^content-length$/i.test(first[0]) || !/^\d+$/.test(first[1])) {
    throw new Error(`Not one length: ${JSON.stringify(framing)}`);
  }
  return Number(first[1]);
}
