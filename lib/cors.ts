/** What browsers may read and send (CORS): the same for preflights, and for the gateway's own responses. */
import { DEFAULTS } from '../src/config/defaults.ts';

export interface Cors {
  /**
   * The origins whose pages may read the responses, such as `https://app.example`. `*` allows all.
   *
   * @default ['*']
   */
  readonly allowOrigins?: readonly string[];

  /**
   * The headers that a page may send.
   *
   * @default ['Authorization', 'Content-Type']
   */
  readonly allowHeaders?: readonly string[];
}

/**
 * The value of `Access-Control-Allow-Origin` where the gateway can write only a fixed one. It has one value, so several
 * origins become `*`: the gateway's own responses hold nothing that another origin may not read.
 */
function fixedAllowOrigin({ allowOrigins = DEFAULTS.corsAllowOrigins }: Cors): string {
  const [origin = '*', ...others] = allowOrigins;
  return others.length === 0 ? origin : '*';
}

/** A browser hides a response without the first header, and every header that the second one does not list. */
export function errorCorsHeaders(cors: Cors): Readonly<Record<string, string>> {
  return {
    'Access-Control-Allow-Origin': fixedAllowOrigin(cors),
    'Access-Control-Expose-Headers': 'WWW-Authenticate,Retry-After',
  };
}
