/** The one place that says what the configuration can ask for and no construct does yet. */
import { Validations } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Configuration } from '../src/config/configuration.ts';
import { ConfigurationError } from '../src/core/errors.ts';

/**
 * Lets the ways through that hand the key over by value.
 *
 * @throws ConfigurationError `configuration_invalid` for those that need a JWKS endpoint
 */
export function deliveryByValue(
  keyDelivery: Configuration['keyDelivery'],
): Extract<Configuration['keyDelivery'], 'verificationKey' | 'verificationKeys'> {
  if (keyDelivery === 'verificationKey' || keyDelivery === 'verificationKeys') return keyDelivery;
  throw new ConfigurationError(
    'configuration_invalid',
    `keyDelivery: got "${keyDelivery}", which needs a JWKS endpoint, and there is none yet; wanted "verificationKey" or "verificationKeys"`,
  );
}

/** Says at each synthesis that the key stays as it is, unless that is what was asked for. */
export function warnOfNoRotation(scope: Construct, rotationDays: number): void {
  if (rotationDays === 0) return;
  const message = `rotationDays is ${rotationDays}, but the signing key is not rotated yet. Set it to 0 to say that you know.`;
  Validations.of(scope).addWarning('auth0-authorizer:no-rotation', message);
}
