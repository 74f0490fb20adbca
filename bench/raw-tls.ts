/** The least that a request over TLS can cost: a socket that stays open, a text written, an answer read to its length. */
import { once } from 'node:events';
import { connect } from 'node:tls';

/** Connects, and hands back what makes one round trip with the same request. */
export async function connectRaw(url: string, body: string): Promise<() => Promise<string>> {
  const { hostname, port, host, pathname } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  await once(socket, 'secureConnect');
  socket.setNoDelay(true);
  const length = Buffer.byteLength(body);
  const request = `POST ${pathname} HTTP/1.1\r\nhost: ${host}\r\ncontent-length: ${length}\r\n\r\n${body}`;
  return () =>
    new Promise((resolve) => {
      let answer = '';
      const read = (chunk: Buffer) => {
        answer += chunk.toString();
        if (!isWhole(answer)) return;
        socket.off('data', read);
        resolve(answer);
      };
      socket.on('data', read);
      socket.write(request);
    });
}

function isWhole(answer: string): boolean {
  const [head = '', body] = answer.split('\r\n\r\n', 2);
  return body !== undefined && Buffer.byteLength(body) >= Number(/content-length: (\d+)/i.exec(head)?.[1]);
}
