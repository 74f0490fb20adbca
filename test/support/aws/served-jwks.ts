/** Reads a JWKS from the API of a deployment, as everybody may. */
import type { JSONWebKeySet } from 'jose';
import type { Account } from '../../../local/deployment/aws-request.ts';
import { reachableApiUrl } from '../../../local/deployment/stack-outputs.ts';

/** @param url as the stack's output says */
export async function servedJwks(account: Account, url: string): Promise<JSONWebKeySet> {
  const response = await fetch(reachableApiUrl(account, url));
  return (await response.json()) as JSONWebKeySet;
}
