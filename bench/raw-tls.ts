/** The minimal cost of a request over TLS: an open socket, one text written, one response read to its length. */
import { once } from 'node:events';
import { connect } from 'node:tls';

/** Connects, and returns a function that sends the same request each time and waits for the response. */
export async function connectRaw(
  url: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<() => Promise<string>> {
  const { hostname, port, host, pathname } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  await once(socket, 'secureConnect');
  socket.setNoDelay(true);
  const length = Buffer.byteLength(body);
  const fields = Object.entries({ host, 'content-length': length, ...headers }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  const request = `POST ${pathname} HTTP/1.1\r\n${fields.join('')}\r\n${body}`;
  return () =>
    new Promise((resolve) => {
      let response = '';
      const read = (chunk: Buffer) => {
        response += chunk.toString();
        if (!isComplete(response)) return;
        socket.off('data', read);
        resolve(response);
      };
      socket.on('data', read);
      socket.write(request);
    });
}

function isComplete(response: string): boolean {
  const [head = '', body] = response.split('\r\n\r\n', 2);
  return body !== undefined && Buffer.byteLength(body) >= Number(/content-length: (\d+)/i.exec(head)?.[1]);
}
