/** The integration of `$connect` in the example, which may select only the subprotocol without the token. */
import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const { handler } = createRequire(import.meta.url)('../../../examples/websocket-api/functions/connect.js');
const CARRIER = 'bearer.YWJj';

async function selected(headers: Readonly<Record<string, string>>): Promise<unknown> {
  const response = await handler({ headers });
  expect(response.statusCode).toBe(200);
  return response.headers['Sec-WebSocket-Protocol'];
}

describe('the $connect function of the example', () => {
  it.each([
    [{ 'Sec-WebSocket-Protocol': `bearer, ${CARRIER}` }],
    [{ 'sec-websocket-protocol': `${CARRIER},bearer` }],
    [{ Host: 'x', 'SEC-WEBSOCKET-PROTOCOL': ` chat.v1 ,bearer , ${CARRIER}` }],
  ])('selects bearer if it is offered: %j', async (headers) => {
    expect(await selected(headers)).toBe('bearer');
  });

  it.each([[{}], [{ Authorization: 'Bearer abc' }], [{ 'Sec-WebSocket-Protocol': CARRIER }]])(
    'selects nothing that the client has not offered, and never the token: %j',
    async (headers) => {
      expect(await selected(headers)).toBeUndefined();
    },
  );

  it('never returns anything else of the header', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async (value) => {
        expect([undefined, 'bearer']).toContain(await selected({ 'Sec-WebSocket-Protocol': value }));
      }),
    );
  });
});
