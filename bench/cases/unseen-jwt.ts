/**
 * A JWT that was not seen before, with its key in memory: from the token to a principal. The floor is the bare
 * signature check. The peers are the library that we use for the check, and the same library as its users use it.
 */
import { verify } from 'node:crypto';
import { assertIsJwks } from 'aws-jwt-verify/jwk';
import { JwtVerifier as LibraryVerifier, verifyJwtSync } from 'aws-jwt-verify/jwt-verifier';
import { safeJsonParse } from 'aws-jwt-verify/safe-json-parse';
import { IssuerEndpoint } from '../../src/issuer/issuer-endpoint.ts';
import { Jwks } from '../../src/issuer/jwks.ts';
import { JwtVerifier } from '../../src/issuer/jwt.ts';
import { AUDIENCE, type BenchIssuer, createIssuer, inTurn } from '../issuer.ts';
import { measuredRows } from '../measured-rows.ts';
import { measure } from '../rounds.ts';
import { atMost, type Row } from '../row.ts';

const PATH = 'JWT not seen before';
const FLOOR = 'floor: a bare crypto.verify';
const OURS = 'ours';
const LIBRARY = 'aws-jwt-verify, verifyJwtSync';
const AS_USED = 'aws-jwt-verify, as its users use it';

export async function unseenJwt(): Promise<readonly Row[]> {
  const issuer = await createIssuer('https://tenant.example/');
  const token = inTurn(await issuer.mint(64));
  const contenders = [
    { subject: FLOOR, once: bareVerify(issuer, token) },
    { subject: LIBRARY, once: libraryVerify(issuer, token) },
    { subject: AS_USED, once: libraryAsUsed(issuer, token) },
    { subject: OURS, once: ourVerify(issuer, token) },
  ];
  const measurements = await measure(contenders, { rounds: 101, batch: 64 });
  const ours = measurements.find(({ subject }) => subject === OURS);
  return [
    ...measuredRows(PATH, measurements, () => undefined),
    ratioRow('ours to verifyJwtSync', ours?.ratioTo(LIBRARY) ?? Number.NaN, 1.2),
    ratioRow('ours to aws-jwt-verify as its users use it', ours?.ratioTo(AS_USED) ?? Number.NaN, 1),
  ];
}

function ratioRow(subject: string, value: number, maximum: number): Row {
  return { path: PATH, subject, value, unit: '×', aim: atMost(value, maximum, `× ${maximum}`) };
}

function bareVerify({ publicKey }: BenchIssuer, token: () => string) {
  return () => {
    const [header, payload, signature = ''] = token().split('.');
    return verify('sha256', Buffer.from(`${header}.${payload}`), publicKey, Buffer.from(signature, 'base64url'));
  };
}

function libraryVerify({ issuer, jwk, publicKey }: BenchIssuer, token: () => string) {
  return () => verifyJwtSync(token(), jwk, { issuer, audience: AUDIENCE }, () => publicKey);
}

function libraryAsUsed({ issuer, jwks }: BenchIssuer, token: () => string) {
  const verifier = LibraryVerifier.create({ issuer, audience: AUDIENCE, jwksUri: `${issuer}.well-known/jwks.json` });
  const keys = safeJsonParse(jwks);
  assertIsJwks(keys);
  verifier.cacheJwks(keys);
  return () => verifier.verify(token());
}

function ourVerify({ issuer, jwks }: BenchIssuer, token: () => string) {
  const clock = Date.now;
  const http = async () => ({ status: 200, headers: {}, body: jwks });
  const endpoint = new IssuerEndpoint('jwks', { http, clock, sleep: async () => undefined, random: Math.random });
  const verifier = new JwtVerifier({
    jwks: new Jwks({ url: `${issuer}.well-known/jwks.json`, endpoint, clock }),
    expected: { issuer, audiences: [AUDIENCE], clock, clockToleranceSeconds: 5 },
    permissionsAsScopes: false,
  });
  return () => verifier.verify(token(), { deadlineMs: clock() + 5000 });
}
