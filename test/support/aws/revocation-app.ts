/** An application with the construct of revocations alone, and a stage that does not exist, so it counts as flushed. */
import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import { Revocation } from '../../../lib/revocation.ts';

const app = new App();
const stack = new Stack(app, 'Revocations');
const revocation = new Revocation(stack, 'Revocation', {
  issuer: app.node.getContext('issuer'),
  revocationSeconds: 1,
  maxJwtLifetimeSeconds: 3600,
  keptAtLeast: 360,
  stages: () => [{ restApiId: 'nosuchapi0', stageName: 'prod' }],
});
// The emulator serves no TLS, and obeys the policies that require it.
for (const id of ['Queue', 'DeadLetters']) revocation.node.findChild(id).node.tryRemoveChild('Policy');
new CfnOutput(stack, 'RevocationQueueUrl', { value: revocation.queue.queueUrl });
new CfnOutput(stack, 'TableName', { value: revocation.table.tableName });
new CfnOutput(stack, 'LogGroupName', { value: revocation.function.logGroup.logGroupName });
app.synth();
