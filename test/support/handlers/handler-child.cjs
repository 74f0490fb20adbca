/**
 * The child of `handler-process.ts`: one execution environment. It loads a bundle, waits for events from its parent, and sends back
 * what the handler returned or threw. Plain Node, so that nothing but the bundle fills its memory.
 */
const [, , bundle] = process.argv;
// By the same channel as the outcomes, so that they arrive in this order.
process.stdout.write = (text) => process.send({ line: text.trimEnd() });
const { handler } = require(bundle);

process.on('message', ({ id, event, kind }) => {
  if (kind === 'memory') {
    globalThis.gc();
    process.send({ id, outcome: { response: process.memoryUsage() } });
  } else {
    void invoke(event).then((outcome) => process.send({ id, outcome }));
  }
});
process.on('disconnect', () => process.exit());
process.send({ id: 'loaded' });

async function invoke(event) {
  try {
    return { response: await handler(event) };
  } catch (error) {
    return { error: { errorType: error.name, errorMessage: error.message } };
  }
}
