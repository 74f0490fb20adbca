/** Checks introspection, which opaque tokens and app specific passwords depend on, with a token that nobody issued. */
import { IssuerError } from '../../core/errors.ts';
import type { HttpPort } from '../../core/http.ts';
import { makeThrowAwayKey, probeIntrospection } from '../../issuer/introspection-probe.ts';
import { createIntrospection } from '../introspection.ts';
import { type Check, type Examination, type Finding, failed, ofEachAudience, passed, warned } from './check.ts';

/** The authorizer does not wait longer for a response. */
const AUTHORIZER_WAITS_MS = 3000;
const FEATURE =
  "Introspection by resource servers may have to be enabled for the tenant: ask Auth0's support. JWTs, and Basic with a real password, work without it.";

const ofOneAudience: Check = {
  id: 'introspection',
  title: 'The tenant introspects for the API',
  needs: ['tls'],
  run: async (examination) => {
    const { settings, ports, signingKeys, audience } = examination;
    let status: number | undefined;
    const http: HttpPort = async (request) => {
      const response = await ports.http({ ...request, timeoutMs: Math.min(request.timeoutMs, AUTHORIZER_WAITS_MS) });
      status = response.status;
      return response;
    };
    const ask = createIntrospection({ settings, ports: { ...ports, http } }, signingKeys, audience);
    try {
      const { active } = await ask(`doctor-${ports.uniqueId()}`);
      if (!active) return await compareWithThrowAwayKey({ ...examination, ports: { ...ports, http } });
      return failed(
        'it reports active:true for a token that nobody issued',
        'Do not trust this endpoint. Check the issuer.',
      );
    } catch (error) {
      return refusal(error, status);
    }
  },
};

export const introspectionCheck = ofEachAudience(ofOneAudience);

/** An accepted key proves something only if the tenant refuses a throw-away key with the same id. */
async function compareWithThrowAwayKey({ issuer, audience, ports, signingKeys }: Examination): Promise<Finding> {
  const [{ kid }] = await signingKeys.read();
  const { outcome } = await probeIntrospection({ issuer, audience }, await makeThrowAwayKey(kid), ports);
  if (outcome === 'refused') return passed('it accepts the assertion, and refuses one signed by a throw-away key');
  if (outcome === 'not_found') return notEnabled();
  return warned(
    'it accepts the assertion, but also one signed by a throw-away key: the tenant does not authenticate its callers, or a proxy responds in its place',
    "This does not show that the tenant knows the key. Check that the issuer is the tenant itself; if it is, report this to Auth0's support.",
  );
}

function notEnabled(): Finding {
  return failed('404: introspection is not enabled', FEATURE);
}

function refusal(error: unknown, status: number | undefined): Finding {
  if (!(error instanceof IssuerError)) throw error;
  if (error.code === 'issuer_client_refused') {
    return failed(
      `${status} invalid_client: it does not accept the assertion`,
      `If the tenant does not hold the current key, "asp setup" fixes it. If it does: ${FEATURE}`,
    );
  }
  if (status === 404) return notEnabled();
  throw error;
}
