/** The one place that says which ways of handing over the key are not built yet. */
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
