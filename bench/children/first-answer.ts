/**
 * The runtime's part in a fresh process: loads a bundle, hands it one event, and prints the answer with the milliseconds
 * since the process began. Bare Node, nothing else loaded.
 */
const [, , bundle = '', eventText = ''] = process.argv;

void answer();

async function answer(): Promise<void> {
  const { handler } = require(bundle);
  const result = await handler(JSON.parse(eventText));
  const milliseconds = performance.now();
  const { Effect: effect } = result.policyDocument.Statement[0];
  process.stdout.write(JSON.stringify({ milliseconds, effect }), () => process.exit());
}
