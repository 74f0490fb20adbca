/** What a resource server is known by among the records in their parameter. */

/**
 * @param tenantUrl of the Management API, with its final slash
 * @param identifier the resource server's own, which is the audience
 */
export function resourceServerKey(tenantUrl: string, identifier: string): string {
  return `${tenantUrl} ${identifier}`;
}
