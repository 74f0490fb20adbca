/** The part of the plain model that says who may use a token that is bound to its holder. */
import { CONFIRMATIONS, PROOFS } from './binding-case.ts';
import type { Case } from './case.ts';
import { calledIn } from './world.ts';

const has = (list: readonly string[], value: string): boolean => list.includes(value);

/** Only one of the two may be required. */
export const mutualTlsOf = ({ dpop, mtls }: Case): Case['mtls'] =>
  dpop === 'required' && mtls === 'required' ? 'accepted' : mtls;

/** The secret of a Basic credential and a subprotocol have no scheme. */
export const isDpop = ({ credential, scheme, carrier, api }: Case): boolean =>
  (credential === 'jwt' || credential === 'opaque') &&
  scheme === 'DPoP' &&
  (carrier === 'bearer' || (carrier === 'subprotocol' && api !== 'websocket'));

/**
 * The reasons for which a request is refused before its credential is looked at; none if it may go on. Two reasons may apply at once,
 * and either may be reported.
 */
export function earlyRefusals(testCase: Case): readonly string[] {
  const isTls = mutualTlsOf(testCase) === 'required';
  const lacksCertificate = isTls && (testCase.credential === 'basic' || testCase.certificate === 'none');
  const certificate = lacksCertificate ? ['certificate_required'] : [];
  if (!isDpop(testCase)) return [...certificate, ...(testCase.dpop === 'required' ? ['proof_required'] : [])];
  if (testCase.dpop === 'off') return [...certificate, 'scheme_unsupported'];
  return [...certificate, ...proofRefusals(testCase)];
}

/**
 * Behind a CDN, an ambiguous path may be served as another one, whose URL the proof does not name. An HTTP API decodes the path, and the
 * events here have it as it was written.
 */
export const isUrlUnclear = (testCase: Case): boolean => {
  const { api, publicUrl, spelling, proxyParameter } = testCase;
  const isEncoded = () => calledIn(testCase).segments.some((segment) => encodeURIComponent(segment) !== segment);
  if (api === 'http' && (spelling !== 'plain' || isEncoded())) return true;
  return publicUrl && (spelling !== 'plain' || proxyParameter === 'wrong');
};

function proofRefusals(testCase: Case): readonly string[] {
  const refusals = refusalsOf(testCase);
  return refusals.length > 0 && isUrlUnclear(testCase) ? [...refusals, 'proof_mismatch'] : refusals;
}

function refusalsOf({ proof }: Case): readonly string[] {
  if (has(PROOFS.missing, proof)) return ['proof_missing', 'proof_malformed'];
  if (has(PROOFS.malformed, proof)) return ['proof_malformed'];
  if (has(PROOFS.mismatched, proof)) return ['proof_mismatch'];
  return has(PROOFS.expired, proof) ? ['proof_expired'] : [];
}

/** What the token is bound to. */
export interface Binding {
  readonly key: 'none' | 'right' | 'other';
  readonly certificate: 'none' | 'right' | 'other';
}

const NONE = { key: 'none', certificate: 'none' } as const;

/** Of a token whose `cnf` can be read. */
export function bindingOf({ cnf }: Pick<Case, 'cnf'>): Binding {
  switch (cnf) {
    case 'key':
      return { ...NONE, key: 'right' };
    case 'otherKey':
      return { ...NONE, key: 'other' };
    case 'certificate':
      return { ...NONE, certificate: 'right' };
    case 'otherCertificate':
      return { ...NONE, certificate: 'other' };
    case 'both':
      return { key: 'right', certificate: 'right' };
    default:
      return NONE;
  }
}

export const isUnusable = ({ cnf }: Pick<Case, 'cnf'>): boolean => has(CONFIRMATIONS.unusable, cnf);

/** Whether the caller is the holder of a token that the issuer has confirmed. */
export function holderVerdict(testCase: Case, { key, certificate }: Binding): 'holder' | 'refused' | 'outage' {
  const mtls = mutualTlsOf(testCase);
  if (certificate === 'none' ? mtls === 'required' : mtls === 'off' || testCase.certificate !== certificate)
    return 'refused';
  if (!isDpop(testCase)) return key === 'none' ? 'holder' : 'refused';
  const signedBy = testCase.proof === 'otherKey' ? 'other' : 'right';
  if (key !== signedBy || testCase.proof === 'replayed') return key === signedBy ? replayed(testCase) : 'refused';
  return testCase.proofTable === 'up' ? 'holder' : 'outage';
}

/** If the table cannot be used, nobody knows that the proof was used before. */
const replayed = ({ proofTable }: Case): 'refused' | 'outage' => (proofTable === 'up' ? 'refused' : 'outage');
