/** A tenant as people write it: a domain, as on the tenant's own pages, or a URL in any spelling. */
import { isSecureUrl, isTenantUrl } from '../core/secure-url.ts';
import { usageError } from './errors.ts';
import type { Settings } from './settings.ts';

const HOST = /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/i;

/** The issuer, with its final slash. @throws CliError `usage` */
export function issuerUrl(settings: Settings): string {
  const url = parse(settings.require('issuer'));
  if (url?.search !== '' || url.hash !== '') throw wrong('issuer');
  return url.href.endsWith('/') ? url.href : `${url.href}/`;
}

/** The URL of the Management API, with its final slash. @throws CliError `usage` */
export function managementUrl(settings: Settings): string {
  const domain = settings.get('managementDomain');
  const url = domain === undefined ? new URL(issuerUrl(settings)) : parse(domain);
  if (url && isTenantUrl(url.href)) return url.href;
  throw wrong('managementDomain');
}

function parse(text: string): URL | undefined {
  const candidate = HOST.test(text) ? `https://${text}` : text;
  const url = URL.canParse(candidate) ? new URL(candidate) : undefined;
  return url && isSecureUrl(url) ? url : undefined;
}

function wrong(name: string) {
  return usageError(
    `The setting "${name}" is not a tenant's. Expected a domain such as tenant.auth0.com, or its https URL; http is for this machine only.`,
  );
}
