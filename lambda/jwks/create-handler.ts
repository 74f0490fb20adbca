/** The handler behind the JWKS: reads the document of public keys, at most once a second, and answers with what may be seen of it. */
import type { ParameterStore } from '../../src/aws/parameters.ts';
import type { JwksConfiguration } from '../../src/config/jwks-configuration.ts';
import type { Clock } from '../../src/core/clock.ts';
import { isJsonObject } from '../../src/core/json.ts';
import { NO_PUBLIC_KEYS } from '../../src/core/public-key-document.ts';
import { describeFailure } from '../custom-resource/failure.ts';
import { type HttpAnswer, jwksResponse, unavailable } from './jwks-response.ts';

export interface JwksPorts {
  readonly parameters: Pick<ParameterStore, 'read'>;
  readonly clock: Clock;
  /** Takes one line without its end. */
  readonly log: (line: string) => void;
}

/** Parameter Store is shared by the whole account, and this endpoint is open to everyone. */
const READ_AGAIN_MS = 1000;

/** Makes the handler, for events of a REST API. */
export function createJwksHandler(
  { publicKeysParameter, jwksCacheSeconds }: JwksConfiguration,
  { parameters, clock, log }: JwksPorts,
): (event: unknown) => Promise<HttpAnswer> {
  let text = '';
  let readAtMs = Number.NEGATIVE_INFINITY;
  const read = async () => {
    if (clock() - readAtMs < READ_AGAIN_MS) return text;
    text = await parameters.read(publicKeysParameter, NO_PUBLIC_KEYS);
    readAtMs = clock();
    return text;
  };
  return async (event) => {
    try {
      const ifNoneMatch = ifNoneMatchOf(event);
      return jwksResponse(await read(), { ifNoneMatch, nowMs: clock(), maxAgeSeconds: jwksCacheSeconds });
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
