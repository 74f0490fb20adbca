/** Finds a free port on loopback, for servers that cannot choose one themselves. */
import { createServer } from 'node:net';

/** Another program may take the port before it is used. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (typeof address === 'object' && address) resolve(address.port);
        else reject(new Error('The system assigned no port.'));
      });
    });
  });
}
