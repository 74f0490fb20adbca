/** Checks the links to the tenant itself: name, connection, clock, public keys. */
import { HttpFailure } from '../../core/http.ts';
import { parseJwks } from '../../issuer/jwks.ts';
import { systemCode } from '../read-text-file.ts';
import { type Check, failed, passed } from './check.ts';

/** The authorizer tolerates five seconds between its clock and the tenant's. A Date header has a precision of one second. */
const MOST_SKEW_MS = 6000;

const dns: Check = {
  id: 'dns',
  title: 'The tenant has an address',
  needs: [],
  run: async ({ issuer, ports }) => {
    const { hostname } = new URL(issuer);
    try {
      await ports.lookUpHost(hostname.replace(/^\[|\]$/g, ''));
      return passed(hostname);
    } catch (error) {
      return failed(
        `${hostname}: ${systemCode(error)}`,
        'Check the domain for typing errors, then the network and its name server.',
      );
    }
  },
};

const tls: Check = {
  id: 'tls',
  title: 'The tenant responds over verified TLS',
  needs: ['dns'],
  run: async ({ issuer, tenantJwks }) => {
    try {
      await tenantJwks();
    } catch (error) {
      if (!(error instanceof HttpFailure)) throw error;
      return failed(
        `${error.message} (${causeOf(error)})`,
        'Check the network, any proxy, and the certificate authorities that this machine trusts (NODE_EXTRA_CA_CERTS adds one).',
      );
    }
    return passed(issuer.startsWith('https:') ? issuer : `${issuer} (this machine, so without TLS)`);
  },
};

const clock: Check = {
  id: 'clock',
  title: 'The clocks of this machine and the tenant agree',
  needs: ['tls'],
  run: async ({ tenantJwks, ports }) => {
    const atMs = Date.parse((await tenantJwks()).headers.date ?? '');
    if (Number.isNaN(atMs)) return failed('the response has no Date header', 'Check whether a proxy removes it.');
    const skewMs = ports.clock() - atMs;
    if (Math.abs(skewMs) <= MOST_SKEW_MS) return passed(`within ${MOST_SKEW_MS / 1000} s`);
    const detail = `this machine is ${Math.abs(Math.round(skewMs / 1000))} s ${skewMs > 0 ? 'ahead' : 'behind'}`;
    return failed(detail, 'Set the clock of this machine (NTP). The tenant refuses assertions with a wrong time.');
  },
};

const jwks: Check = {
  id: 'jwks',
  title: "The tenant's public keys can verify JWTs",
  needs: ['tls'],
  run: async ({ tenantJwks }) => {
    const { status, body } = await tenantJwks();
    if (status !== 200) return failed(`the response for the JWKS is ${status}`, fixFor(status));
    const { size } = parseJwks(body);
    if (size > 0) return passed(`${size} ${size === 1 ? 'key' : 'keys'}`);
    return failed(
      'none of its keys is an asymmetric signature key',
      "Set the API's signing algorithm to RS256 in the dashboard.",
    );
  },
};

function fixFor(status: number): string {
  if (status === 429) return "Wait a little, or find out what else uses the tenant's rate limit.";
  return status >= 500
    ? "Check the tenant's status page, then try again."
    : "Check that the issuer is the tenant's domain.";
}

function causeOf({ cause, reason }: HttpFailure): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : reason;
}

export const networkChecks: readonly Check[] = [dns, tls, clock, jwks];
