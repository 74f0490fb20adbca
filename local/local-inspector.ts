/** The inspector of local mode. */
import type { ManagementConnection } from '../src/management/management-connection.ts';
import type { LocalPorts } from './environment.ts';
import { Inspector } from './inspector/inspector.ts';
import type { MovableClock } from './movable-clock.ts';
import { AUDIENCE, type LocalOptions, withoutConnect } from './options.ts';
import type { SigningKeySecret } from './signing-key-secret.ts';
import type { Tenant } from './tenant/server.ts';

interface InspectorPorts extends Pick<LocalPorts, 'mutualTls'> {
  readonly tenant: Tenant;
  readonly clock: MovableClock;
  readonly signingKey: SigningKeySecret;
  readonly connect: () => ManagementConnection;
}

/** @returns `undefined` with mutual TLS: a browser has no certificate for the gateway */
export function localInspector(
  { configuration }: LocalOptions,
  { mutualTls, ...ports }: InspectorPorts,
): Inspector | undefined {
  const routes = withoutConnect(configuration.routes);
  return mutualTls ? undefined : new Inspector({ ...configuration, ...ports, routes, audience: AUDIENCE });
}
