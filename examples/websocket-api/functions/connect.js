/**
 * Selects the subprotocol `bearer`, if the client offers it. A browser closes the connection if none of its subprotocols is selected.
 * Never select the one with the token: it would come back in the response. And do not log the event: its headers hold the token.
 */
exports.handler = async ({ headers }) => {
  const [, offered = ''] =
    Object.entries(headers).find(([name]) => name.toLowerCase() === 'sec-websocket-protocol') ?? [];
  const isOffered = offered.split(',').some((subprotocol) => subprotocol.trim() === 'bearer');
  return { statusCode: 200, headers: isOffered ? { 'Sec-WebSocket-Protocol': 'bearer' } : {} };
};
