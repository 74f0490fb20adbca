/** The peer for JWTs: only aws-jwt-verify, as its users use it in an authorizer. */
import { JwtVerifier } from 'aws-jwt-verify/jwt-verifier';
import type { RestEvent } from '../../lambda/authorizer/rest.ts';
import { handler as allow } from './bare-handler.ts';

// biome-ignore lint/style/noProcessEnv: a function has no other configuration.
const settings: Record<'issuer' | 'audience', string> = JSON.parse(process.env.CONFIG ?? '');
const verifier = JwtVerifier.create({ ...settings, jwksUri: `${settings.issuer}.well-known/jwks.json` });

export async function handler(event: RestEvent) {
  const { sub: principalId } = await verifier.verify(String(event.headers?.authorization).slice('Bearer '.length));
  return { ...(await allow(event)), principalId };
}
