/** The link that opaque tokens and app specific passwords hang on, tried with a token that nobody ever issued. */
import { UpstreamError } from '../../core/errors.ts';
import type { HttpPort } from '../../core/http.ts';
import { createIntrospection } from '../introspection.ts';
import { type Check, type Finding, failed, passed } from './check.ts';

/** A server that takes longer is none that the authorizer gets an answer from. */
const AUTHORIZER_WAITS_MS = 3000;
const FEATURE = "Introspection by resource servers may have to be enabled for the tenant: ask Auth0's support.";

export const introspectionCheck: Check = {
  id: 'introspection',
  title: 'The tenant introspects for the API',
  needs: ['tls'],
  run: async ({ settings, ports, signingKeys }) => {
    let status: number | undefined;
    const http: HttpPort = async (request) => {
      const response = await ports.http({ ...request, timeoutMs: Math.min(request.timeoutMs, AUTHORIZER_WAITS_MS) });
      status = response.status;
      return response;
    };
    const ask = createIntrospection({ settings, ports: { ...ports, http } }, signingKeys);
    try {
      const { active } = await ask(`doctor-${ports.uniqueId()}`);
      if (!active) return passed('it says active:false of a throw-away token, so it took the assertion');
      return failed(
        'it says active:true of a token that nobody issued',
        'Do not trust this endpoint; check the issuer.',
      );
    } catch (error) {
      return refusal(error, status);
    }
  },
};

function refusal(error: unknown, status: number | undefined): Finding {
  if (!(error instanceof UpstreamError)) throw error;
  if (error.code === 'upstream_client_refused') {
    return failed(
      `${status} invalid_client: it does not take the assertion`,
      `If the key on record is not the one that signs, "asp setup" mends it. If it is: ${FEATURE}`,
    );
  }
  if (status === 404) return failed('404: it has no such endpoint', FEATURE);
  throw error;
}
