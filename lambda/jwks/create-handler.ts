/** The handler behind the JWKS: reads the document of public keys at most once a second, and responds with its public part. */
import type { JwksConfiguration } from '../../src/config/function-configurations.ts';
import type { Clock } from '../../src/core/clock.ts';
import { describeFailure } from '../../src/core/failure.ts';
import { isJsonObject } from '../../src/core/json.ts';
import { STATE_NAMES, type StateStore } from '../../src/core/state-store.ts';
import { NO_PUBLIC_KEYS } from '../../src/signing-key/public-key-document.ts';
import { jwksResponse, type RestResponse, unavailable } from './jwks-response.ts';

export interface JwksPorts {
  readonly state: Pick<StateStore, 'read'>;
  readonly clock: Clock;
  /** Called with one line, without a line break. */
  readonly log: (line: string) => void;
}

/** Every read costs money, and this endpoint is open to everyone. */
const READ_AGAIN_MS = 1000;

/** Makes the handler, for events of a REST API. */
export function createJwksHandler(
  { jwksCacheSeconds, keyType }: Pick<JwksConfiguration, 'jwksCacheSeconds' | 'keyType'>,
  { state, clock, log }: JwksPorts,
): (event: unknown) => Promise<RestResponse> {
  let text = '';
  let readAtMs = Number.NEGATIVE_INFINITY;
  const read = async () => {
    if (clock() - readAtMs < READ_AGAIN_MS) return text;
    text = (await state.read(STATE_NAMES.publicKeys))?.value ?? NO_PUBLIC_KEYS;
    readAtMs = clock();
    return text;
  };
  return async (event) => {
    try {
      const ifNoneMatch = ifNoneMatchOf(event);
      return jwksResponse(await read(), { keyType, ifNoneMatch, nowMs: clock(), maxAgeSeconds: jwksCacheSeconds });
    } catch (error) {
      log(JSON.stringify({ event: 'jwks', outcome: 'failed', failure: describeFailure(error) }));
      return unavailable();
    }
  };
}

/** Header names arrive as the client wrote them. */
function ifNoneMatchOf(event: unknown): string | undefined {
  const headers = isJsonObject(event) && isJsonObject(event.headers) ? event.headers : {};
  const found = Object.entries(headers).find(([name]) => name.toLowerCase() === 'if-none-match');
  return typeof found?.[1] === 'string' ? found[1] : undefined;
}
