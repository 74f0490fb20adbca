/** Changes the document of public keys, which the JWKS is served from. Written only if it says something new. */
import {
  NO_PUBLIC_KEYS,
  type PublishedKey,
  parsePublicKeys,
  writePublicKeys,
} from '../../src/core/public-key-document.ts';
import type { Rotation } from './rotation.ts';

/** @param change from the keys published now to those to be published */
export async function publishKeys(
  { parameters, settings: { publicKeysParameter } }: Pick<Rotation, 'parameters' | 'settings'>,
  change: (keys: readonly PublishedKey[]) => readonly PublishedKey[],
): Promise<void> {
  const text = await parameters.read(publicKeysParameter, NO_PUBLIC_KEYS);
  const changed = writePublicKeys(change(parsePublicKeys(text)));
  if (changed !== text) await parameters.write(publicKeysParameter, changed);
}
