/** The custom resource that keeps `cdk destroy` from leaving app specific passwords without their expiry. It holds nothing itself. */
import { type GuardSettings, prepareDestruction } from '../../src/app-passwords/destroy-guard.ts';
import type { EndingPorts } from '../../src/app-passwords/end-passwords.ts';
import type { CustomResource } from '../../src/custom-resource/resource.ts';

/** The type of the resource in the template. */
export const GUARD_TYPE = 'Custom::AppPasswordGuard';

/** Always the same id: then no change of its properties is a replacement, whose second half is a deletion. */
const ID = 'app-password-guard';

export function createGuardResource(settings: GuardSettings, ports: EndingPorts): CustomResource {
  return {
    identify: () => ID,
    put: async () => ({}),
    remove: (_id, _properties, { timeoutMs }) => prepareDestruction(ports, settings, ports.clock() + timeoutMs),
  };
}
