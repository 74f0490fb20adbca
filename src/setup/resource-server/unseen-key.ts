/**
 * Proves by introspection that the tenant has a key that it accepted but does not show. The private key only signs client
 * assertions; it is never sent.
 */
import { IssuerError } from '../../core/errors.ts';
import {
  makeThrowAwayKey,
  type ProbeResult,
  type ProbeTarget,
  probeIntrospection,
} from '../../issuer/introspection-probe.ts';
import type { IssuerPorts } from '../../issuer/issuer-endpoint.ts';
import { SetupError } from '../../management/errors.ts';
import type { KeyProperty } from '../../management/key-properties.ts';
import type { ImportedSigningKey } from '../../signing-key/signing-key.ts';
import { notChecked } from '../feature.ts';
import { propertyRefused } from './resource-server-errors.ts';

/** A tenant may need some seconds before its introspection endpoint knows a new key. */
const ATTEMPTS = 5;
const PAUSE_MS = 3000;

/**
 * Introspects a token that nobody issued, with the key that the tenant should have.
 *
 * @returns a warning, since the tenant does not show what it holds
 * @throws SetupError `property_refused` if the tenant refuses the key
 */
export async function proveUnseenKey(
  property: KeyProperty,
  target: ProbeTarget,
  key: ImportedSigningKey,
  ports: IssuerPorts,
): Promise<SetupError> {
  try {
    const { outcome } = await probeUntilAccepted(target, key, ports);
    if (outcome === 'refused') {
      throw propertyRefused(property, 'the tenant accepted it, but does not show it, and refuses its signature');
    }
    return unseen(property, outcome === 'accepted' ? await control(target, key, ports) : NOT_PROVED[outcome]);
  } catch (error) {
    if (!(error instanceof IssuerError)) throw error;
    return notChecked(`whether the tenant has the key in "${property}", which it does not show. ${error.message}`);
  }
}

const NOT_PROVED = {
  not_found: 'Whether the tenant has it cannot be proved, because introspection is not enabled.',
  active:
    'Whether the tenant has it is not proved, because introspection reports a token as active that nobody issued.',
} as const;

/** An accepted key proves something only if the tenant refuses a throw-away key. */
async function control(target: ProbeTarget, { kid }: ImportedSigningKey, ports: IssuerPorts): Promise<string> {
  const { outcome } = await probeIntrospection(target, await makeThrowAwayKey(kid), ports);
  return outcome === 'refused'
    ? 'An introspection that was signed with the key succeeded, so the tenant has it.'
    : 'Whether the tenant has it is not proved, because introspection accepts a throw-away key too.';
}

async function probeUntilAccepted(
  target: ProbeTarget,
  key: ImportedSigningKey,
  ports: IssuerPorts,
): Promise<ProbeResult> {
  let result = await probeIntrospection(target, key, ports);
  for (let attempt = 2; attempt <= ATTEMPTS && result.outcome === 'refused'; attempt += 1) {
    await ports.sleep(PAUSE_MS);
    result = await probeIntrospection(target, key, ports);
  }
  return result;
}

function unseen(property: KeyProperty, proof: string): SetupError {
  return new SetupError(
    'key_unseen',
    `The tenant accepted our key in "${property}" but does not show it. ${proof} A key that was there before cannot be restored. A later deployment sends the key again, and the tear-down removes it.`,
  );
}
