/**
 * Plays the Lambda runtime in a new process: loads a bundle, passes one event to it, and prints the response's effect
 * with the milliseconds since the process started. Plain Node; nothing else is loaded.
 */
const [, , bundle = '', eventText = ''] = process.argv;

void respondOnce();

async function respondOnce(): Promise<void> {
  const { handler } = require(bundle);
  const result = await handler(JSON.parse(eventText));
  const milliseconds = performance.now();
  const evaluated = Reflect.get(globalThis, 'evaluated') ?? 0;
  const { Effect: effect } = result.policyDocument.Statement[0];
  process.stdout.write(JSON.stringify({ milliseconds, effect, evaluated }), () => process.exit());
}
