import { App } from 'aws-cdk-lib';
import { OrdersStack } from '../lib/orders-stack';

const app = new App();
for (const environment of ['dev', 'prod']) {
  new OrdersStack(app, `Orders-${environment}`, app.node.getContext(environment));
}
