/** Reads from the settings how the tenant gets the public key, with the schema of the deployment's configuration. */
import { keyDelivery, keyFormat } from '../config/deployment-fields.ts';
import { exactly, parse } from '../config/parse.ts';
import type { Settings } from './settings.ts';

const schema = exactly({ keyDelivery, keyFormat });

/** @throws ConfigurationError `configuration_invalid` */
export function keyDeliveryOf(settings: Settings) {
  const values = { keyDelivery: settings.require('keyDelivery'), keyFormat: settings.require('keyFormat') };
  const jwksUrl = settings.get('jwksUrl');
  return { ...parse(schema, values, 'The key delivery'), ...(jwksUrl !== undefined && { jwksUrl }) };
}
