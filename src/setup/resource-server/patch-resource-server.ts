/** Sends a change of key properties; a refusal that names one of them becomes an error about it, with its mend. */
import { ManagementRefusal } from '../../management/errors.ts';
import { KEY_PROPERTIES, type KeyPatch } from '../../management/key-properties.ts';
import type { ResourceServers } from '../../management/resource-servers.ts';
import { propertyKept, propertyRefused } from './resource-server-errors.ts';

/**
 * Sends a patch.
 *
 * @throws SetupError `property_refused`, `property_kept` or `management_…`
 */
export async function patchResourceServer(
  resourceServers: ResourceServers,
  id: string,
  patch: KeyPatch,
): Promise<void> {
  try {
    await resourceServers.update(id, patch);
  } catch (error) {
    throw error instanceof ManagementRefusal ? aboutProperty(error, patch) : error;
  }
}

function aboutProperty(refusal: ManagementRefusal, patch: KeyPatch): Error {
  const property = KEY_PROPERTIES.find((name) => name in patch && new RegExp(`\\b${name}\\b`).test(refusal.reason));
  if (!property) return refusal;
  const got = `the tenant answered "${refusal.reason}"`;
  return patch[property] === null ? propertyKept(property, got) : propertyRefused(property, got);
}
