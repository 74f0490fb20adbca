import { hash, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { makeCertificate } from '../../../bench/certificate.ts';
import type { AuthorizationRequest } from '../../../src/authorizer/authorizer.ts';
import { FrozenClock, NOW_SECONDS } from '../../support/core/clock.ts';
import { basic, compose, requestWith } from '../../support/core/composed.ts';
import { activePassword, INACTIVE, INTROSPECTION_URL } from '../../support/core/introspection-responses.ts';
import { JWKS_URL, makeIssuerKey, mint } from '../../support/core/issuer.ts';
import {
  makeProof,
  makeProofKey,
  PROOF_URL,
  type ProofChanges,
  ScriptedProofTable,
} from '../../support/core/proofs.ts';
import { form, json, ScriptedHttp } from '../../support/core/scripted-http.ts';
import { TOKEN_URL, WRONG_PASSWORD } from '../../support/core/token-endpoint.ts';

const issuerKey = await makeIssuerKey('issuer-key');
const key = await makeProofKey();
const thiefKey = await makeProofKey();
const { cert: pem } = await makeCertificate(NOW_SECONDS * 1000);
const { cert: otherPem } = await makeCertificate(NOW_SECONDS * 1000);
const x5t = hash('sha256', new X509Certificate(pem).raw, 'base64url');

const boundJwt = await mint(issuerKey, { cnf: { jkt: key.thumbprint } });
const plainJwt = await mint(issuerKey);
const certificateJwt = await mint(issuerKey, { cnf: { 'x5t#S256': x5t } });
const doublyBoundJwt = await mint(issuerKey, { cnf: { jkt: key.thumbprint, 'x5t#S256': x5t } });
const BOUND_OPAQUE = 'bound-opaque-token';
const ASP = 'abcdefghijklmnop';
const USER = 'user@example.com';

class BoundWorld {
  readonly clock = new FrozenClock();
  readonly proofs = new ScriptedProofTable();
  readonly tokens = new Map([
    [BOUND_OPAQUE, activePassword({ token_type: 'DPoP', cnf: { jkt: key.thumbprint }, exp: NOW_SECONDS + 3600 })],
    [ASP, activePassword({ username: USER })],
  ]);
  readonly http = new ScriptedHttp((request) => {
    if (request.url === JWKS_URL) return json(200, { keys: [issuerKey.publicJwk] });
    if (request.url === INTROSPECTION_URL) return this.tokens.get(String(form(request).token)) ?? INACTIVE;
    return WRONG_PASSWORD;
  });
  readonly #configuration: object;

  constructor(configuration: object) {
    this.#configuration = { routes: { 'GET /foo': ['read:foo'] }, ...configuration };
  }

  /** A new container, with its own caches. */
  container() {
    const ports = { proofs: this.proofs, passwordGrantClient: async () => ({ clientId: 'c', clientSecret: 's' }) };
    const authorizer = compose(this.http, this.clock, { ...this.#configuration }, ports);
    return async (authorization: string, changes: Partial<AuthorizationRequest> = {}) => {
      const decision = await authorizer.decide(requestWith(authorization, changes));
      return 'reason' in decision ? decision.reason : decision.outcome;
    };
  }
}

const withProofs = (...proofs: readonly string[]) => ({ evidence: () => ({ url: PROOF_URL, proofs }) });
const withCertificate = (clientCertificate: string | undefined, ...proofs: readonly string[]) => ({
  evidence: () => ({ url: PROOF_URL, proofs, clientCertificate }),
});
const proofFor = (token: string, changes?: ProofChanges) => makeProof(key, token, changes);

describe('a token that is bound to a key', () => {
  it.each([boundJwt, BOUND_OPAQUE])('is accepted with a proof of this key: %s', async (token) => {
    const decide = new BoundWorld({ dpop: 'accepted' }).container();
    expect(await decide(`DPoP ${token}`, withProofs(await proofFor(token)))).toBe('allow');
    expect(await decide(`dpop ${token}`, withProofs(await proofFor(token)))).toBe('allow');
  });

  it.each([boundJwt, BOUND_OPAQUE])('is refused as a plain Bearer token, also from the cache: %s', async (token) => {
    const decide = new BoundWorld({ dpop: 'accepted' }).container();
    const proof = await proofFor(token);
    expect(await decide(`Bearer ${token}`, withProofs(proof))).toBe('token_sender_constrained');
    expect(await decide(`DPoP ${token}`, withProofs(proof))).toBe('allow');
    expect(await decide(`Bearer ${token}`)).toBe('token_sender_constrained');
  });

  it.each([boundJwt, BOUND_OPAQUE])('is refused with the proof of a thief, also from the cache: %s', async (token) => {
    const decide = new BoundWorld({ dpop: 'accepted' }).container();
    const stolen = async () => withProofs(await makeProof(thiefKey, token));
    expect(await decide(`DPoP ${token}`, await stolen())).toBe('proof_mismatch');
    expect(await decide(`DPoP ${token}`, withProofs(await proofFor(token)))).toBe('allow');
    expect(await decide(`DPoP ${token}`, await stolen())).toBe('proof_mismatch');
  });

  it('is refused without a proof, or with two', async () => {
    const decide = new BoundWorld({ dpop: 'accepted' }).container();
    expect(await decide(`DPoP ${boundJwt}`)).toBe('proof_missing');
    expect(await decide(`DPoP ${boundJwt}`, withProofs())).toBe('proof_missing');
    const [one, two] = [await proofFor(boundJwt), await proofFor(boundJwt)];
    expect(await decide(`DPoP ${boundJwt}`, withProofs(one, two))).toBe('proof_missing');
  });

  it('is refused whatever the scheme if "dpop" is "off", without a call with a proof', async () => {
    const world = new BoundWorld({});
    const decide = world.container();
    expect(await decide(`DPoP ${boundJwt}`, withProofs(await proofFor(boundJwt)))).toBe('scheme_unsupported');
    expect(world.http.requests).toHaveLength(0);
    expect(await decide(`Bearer ${boundJwt}`)).toBe('token_sender_constrained');
    expect(await decide(`Bearer ${BOUND_OPAQUE}`)).toBe('token_sender_constrained');
  });

  it('costs no call with a proof that cannot be used', async () => {
    const world = new BoundWorld({ dpop: 'accepted' });
    const decide = world.container();
    expect(await decide(`DPoP ${BOUND_OPAQUE}`, withProofs('junk'))).toBe('proof_malformed');
    const other = await proofFor(BOUND_OPAQUE, { claims: { htm: 'POST' } });
    expect(await decide(`DPoP ${BOUND_OPAQUE}`, withProofs(other))).toBe('proof_mismatch');
    const old = await proofFor(BOUND_OPAQUE, { claims: { iat: NOW_SECONDS - 301 } });
    expect(await decide(`DPoP ${BOUND_OPAQUE}`, withProofs(old))).toBe('proof_expired');
    expect(world.http.requests).toHaveLength(0);
    expect(world.proofs.calls).toBe(0);
  });
});

describe('a proof', () => {
  it('is accepted once by all containers together', async () => {
    const world = new BoundWorld({ dpop: 'accepted' });
    const [first, second] = [world.container(), world.container()];
    const proof = withProofs(await proofFor(boundJwt));
    expect(await first(`DPoP ${boundJwt}`, proof)).toBe('allow');
    expect(await first(`DPoP ${boundJwt}`, proof)).toBe('proof_replayed');
    expect(await second(`DPoP ${boundJwt}`, proof)).toBe('proof_replayed');
  });

  it('is accepted once if it comes many times at one moment', async () => {
    const world = new BoundWorld({ dpop: 'accepted' });
    const containers = Array.from({ length: 20 }, () => world.container());
    const proof = withProofs(await proofFor(boundJwt));
    const outcomes = await Promise.all(containers.map((decide) => decide(`DPoP ${boundJwt}`, proof)));
    expect(outcomes.filter((outcome) => outcome === 'allow')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'proof_replayed')).toHaveLength(19);
  });

  it('does not stop another key with the same jti', async () => {
    const decide = new BoundWorld({ dpop: 'accepted' }).container();
    const thiefs = await mint(issuerKey, { cnf: { jkt: thiefKey.thumbprint } });
    const claims = { jti: 'same' };
    expect(await decide(`DPoP ${boundJwt}`, withProofs(await proofFor(boundJwt, { claims })))).toBe('allow');
    expect(await decide(`DPoP ${thiefs}`, withProofs(await makeProof(thiefKey, thiefs, { claims })))).toBe('allow');
  });

  it('is recorded until it is refused for its age', async () => {
    const world = new BoundWorld({ dpop: 'accepted' });
    await world.container()(`DPoP ${boundJwt}`, withProofs(await proofFor(boundJwt)));
    expect([...world.proofs.items.values()]).toEqual([NOW_SECONDS + 300 + 60]);
  });

  it('is not recorded if the token or the key is wrong, so that nobody else can use it up', async () => {
    const world = new BoundWorld({ dpop: 'accepted' });
    const decide = world.container();
    const expired = await mint(issuerKey, { cnf: { jkt: key.thumbprint }, exp: NOW_SECONDS - 60 });
    expect(await decide(`DPoP ${expired}`, withProofs(await proofFor(expired)))).toBe('token_expired');
    expect(await decide(`DPoP ${boundJwt}`, withProofs(await makeProof(thiefKey, boundJwt)))).toBe('proof_mismatch');
    expect(world.proofs.calls).toBe(0);
  });

  it('leads to 503 while it cannot be recorded, and to 200 afterwards', async () => {
    const world = new BoundWorld({ dpop: 'accepted' });
    const decide = world.container();
    world.proofs.isBroken = true;
    const proof = withProofs(await proofFor(boundJwt));
    for (let i = 0; i < 5; i += 1) {
      expect(await decide(`DPoP ${boundJwt}`, proof)).toBe('proofs_unrecordable');
    }
    world.proofs.isBroken = false;
    world.clock.advanceSeconds(2);
    expect(await decide(`DPoP ${boundJwt}`, proof)).toBe('allow');
  });

  it('costs no call if it is used again in one container', async () => {
    const world = new BoundWorld({ dpop: 'accepted' });
    const decide = world.container();
    const proof = withProofs(await proofFor(boundJwt));
    expect(await decide(`DPoP ${boundJwt}`, proof)).toBe('allow');
    for (let i = 0; i < 5; i += 1) expect(await decide(`DPoP ${boundJwt}`, proof)).toBe('proof_replayed');
    expect(world.proofs.calls).toBe(1);
  });

  it('that is throttled does not stop other callers', async () => {
    const world = new BoundWorld({ dpop: 'accepted' });
    const decide = world.container();
    world.proofs.isBroken = true;
    for (let i = 0; i < 5; i += 1) {
      expect(await decide(`DPoP ${boundJwt}`, withProofs(await proofFor(boundJwt)))).toBe('proofs_unrecordable');
    }
    world.proofs.isBroken = false;
    expect(await decide(`DPoP ${BOUND_OPAQUE}`, withProofs(await proofFor(BOUND_OPAQUE)))).toBe('allow');
  });

  it('does not help a token that is not bound to a key', async () => {
    const decide = new BoundWorld({ dpop: 'accepted' }).container();
    expect(await decide(`DPoP ${plainJwt}`, withProofs(await proofFor(plainJwt)))).toBe('proof_missing');
    expect(await decide(`DPoP ${ASP}`, withProofs(await proofFor(ASP)))).toBe('proof_missing');
    expect(await decide(`Bearer ${plainJwt}`)).toBe('allow');
  });
});

describe('"dpop": "required"', () => {
  it.each([
    ['a Bearer token', `Bearer ${plainJwt}`],
    ['a bound token as a Bearer token', `Bearer ${boundJwt}`],
    ['an app specific password', `Bearer ${ASP}`],
    ['Basic', basic(USER, 'password')],
  ])('refuses %s without a call', async (_, authorization) => {
    const world = new BoundWorld({ dpop: 'required' });
    expect(await world.container()(authorization)).toBe('proof_required');
    expect(world.http.requests).toHaveLength(0);
  });

  it('accepts a bound token', async () => {
    const decide = new BoundWorld({ dpop: 'required' }).container();
    expect(await decide(`DPoP ${boundJwt}`, withProofs(await proofFor(boundJwt)))).toBe('allow');
  });
});

describe('a JWT that is also introspected', () => {
  const introspected = async (cnf: object, response: object) => {
    const token = await mint(issuerKey, { cnf });
    const world = new BoundWorld({ dpop: 'accepted', mtls: 'accepted', introspectJwts: true });
    world.tokens.set(token, activePassword({ token_type: 'Bearer', exp: NOW_SECONDS + 3600, ...response }));
    const decide = world.container();
    return decide(`DPoP ${token}`, withProofs(await proofFor(token)));
  };
  const jkt = key.thumbprint;

  it('is bound to everything that the token or the server names', async () => {
    expect(await introspected({ jkt }, {})).toBe('allow');
    expect(await introspected({ jkt }, { cnf: { jkt } })).toBe('allow');
    expect(await introspected({ jkt }, { cnf: { jkt, 'x5t#S256': x5t } })).toBe('certificate_missing');
    expect(await introspected({ jkt }, { cnf: { jkt: thiefKey.thumbprint } })).toBe('token_sender_constrained');
  });
});

describe('a token that is bound to a certificate', () => {
  it('is accepted with this certificate only, also from the cache', async () => {
    const decide = new BoundWorld({ mtls: 'accepted' }).container();
    const bearer = `Bearer ${certificateJwt}`;
    expect(await decide(bearer, withCertificate(pem))).toBe('allow');
    expect(await decide(bearer, withCertificate(otherPem))).toBe('certificate_mismatch');
    expect(await decide(bearer, withCertificate(undefined))).toBe('certificate_missing');
    expect(await decide(bearer, withCertificate('junk'))).toBe('certificate_mismatch');
    expect(await decide(bearer)).toBe('certificate_missing');
    expect(await decide(bearer, withCertificate(pem))).toBe('allow');
    expect(await decide(`Bearer ${plainJwt}`, withCertificate(otherPem))).toBe('allow');
  });

  it('is refused if "mtls" is "off"', async () => {
    const decide = new BoundWorld({ dpop: 'accepted' }).container();
    expect(await decide(`Bearer ${certificateJwt}`, withCertificate(pem))).toBe('token_sender_constrained');
  });

  it('also needs a proof if it is bound to a key too', async () => {
    const decide = new BoundWorld({ dpop: 'accepted', mtls: 'accepted' }).container();
    const [bearer, dpop] = [`Bearer ${doublyBoundJwt}`, `DPoP ${doublyBoundJwt}`];
    const proof = () => proofFor(doublyBoundJwt);
    expect(await decide(bearer, withCertificate(pem))).toBe('token_sender_constrained');
    expect(await decide(dpop, withCertificate(undefined, await proof()))).toBe('certificate_missing');
    expect(await decide(dpop, withCertificate(pem, await proof()))).toBe('allow');
  });
});

describe('"mtls": "required"', () => {
  it('refuses everything that is not bound to a certificate', async () => {
    const world = new BoundWorld({ mtls: 'required' });
    const decide = world.container();
    expect(await decide(basic(USER, 'password'), withCertificate(pem))).toBe('certificate_required');
    expect(await decide(`Bearer ${certificateJwt}`, withCertificate(undefined))).toBe('certificate_required');
    expect(world.http.requests).toHaveLength(0);
    expect(await decide(`Bearer ${plainJwt}`, withCertificate(pem))).toBe('certificate_required');
    expect(await decide(`Bearer ${certificateJwt}`, withCertificate(pem))).toBe('allow');
  });
});

describe('Basic', () => {
  it('is refused if the login yields a bound token', async () => {
    const world = new BoundWorld({ dpop: 'accepted', mtls: 'accepted' });
    for (const token of [boundJwt, certificateJwt]) {
      const http = new ScriptedHttp((request) => {
        if (request.url === JWKS_URL) return json(200, { keys: [issuerKey.publicJwk] });
        return request.url === TOKEN_URL ? json(200, { access_token: token, token_type: 'DPoP' }) : INACTIVE;
      });
      const ports = { proofs: world.proofs, passwordGrantClient: async () => ({ clientId: 'c', clientSecret: 's' }) };
      const authorizer = compose(http, world.clock, { dpop: 'accepted', mtls: 'accepted' }, ports);
      const decision = await authorizer.decide(requestWith(basic(USER, 'password'), withCertificate(pem)));
      expect(decision).toMatchObject({ outcome: 'unauthenticated', reason: 'token_sender_constrained' });
    }
  });
});
