/** Lets a client send its users to a URL, as an administrator does in the settings of an application. */
import type { TenantState } from '../state.ts';

export function allowCallback(state: TenantState, clientId: string, url: string): void {
  const client = state.clients.get(clientId);
  if (!client) throw new Error(`The tenant has no client ${JSON.stringify(clientId)}.`);
  if (!URL.canParse(url) || url.includes('#')) {
    throw new Error(`The callback must be an absolute URL without a fragment, not ${JSON.stringify(url)}.`);
  }
  const { origin } = new URL(url);
  state.clients.set(clientId, {
    ...client,
    callbacks: added(client.callbacks, url),
    allowed_logout_urls: added(client.allowed_logout_urls, url, origin),
    web_origins: added(client.web_origins, origin),
  });
}

function added(list: readonly string[] = [], ...values: readonly string[]): readonly string[] {
  return [...new Set([...list, ...values])];
}
