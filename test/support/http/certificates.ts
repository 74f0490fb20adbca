/** Certificates for mutual TLS on loopback: an authority, a server, and two clients. */
// @peculiar/x509 requires that this polyfill is loaded first.
import 'reflect-metadata';
import { hash, KeyObject, webcrypto, X509Certificate } from 'node:crypto';
import { BasicConstraintsExtension, SubjectAlternativeNameExtension, X509CertificateGenerator } from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const LIFE_MS = 86_400_000;

export interface Identity {
  /** The private key, PEM. */
  readonly key: string;
  /** The certificate, PEM. */
  readonly cert: string;
  /** As `cnf` holds it under `x5t#S256`. */
  readonly thumbprint: string;
}

export interface Certificates {
  /** The certificate of the authority, PEM. */
  readonly ca: string;
  /** For 127.0.0.1. */
  readonly server: Identity;
  readonly client: Identity;
  readonly otherClient: Identity;
}

let made: Promise<Certificates> | undefined;

/** Made once for each test file. They are valid now, whatever the clock of the test says. */
export function certificates(): Promise<Certificates> {
  made ??= makeCertificates();
  return made;
}

async function makeCertificates(): Promise<Certificates> {
  const authority = await newKeys();
  const validity = { notBefore: new Date(Date.now() - LIFE_MS), notAfter: new Date(Date.now() + LIFE_MS) };
  const issue = async (name: string, extensions: SubjectAlternativeNameExtension[] = []): Promise<Identity> => {
    const keys = await newKeys();
    const certificate = await X509CertificateGenerator.create(
      {
        ...validity,
        subject: `CN=${name}`,
        issuer: 'CN=authority',
        publicKey: keys.publicKey,
        signingKey: authority.privateKey,
        signingAlgorithm: ALGORITHM,
        extensions,
      },
      webcrypto,
    );
    const cert = certificate.toString('pem');
    return {
      key: pemOf(keys.privateKey),
      cert,
      thumbprint: hash('sha256', new X509Certificate(cert).raw, 'base64url'),
    };
  };
  const self = { ...validity, name: 'CN=authority', keys: authority, signingAlgorithm: ALGORITHM };
  const ca = await X509CertificateGenerator.createSelfSigned(
    { ...self, extensions: [new BasicConstraintsExtension(true, 0, true)] },
    webcrypto,
  );
  return {
    ca: ca.toString('pem'),
    server: await issue('127.0.0.1', [new SubjectAlternativeNameExtension([{ type: 'ip', value: '127.0.0.1' }])]),
    client: await issue('client'),
    otherClient: await issue('other client'),
  };
}

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

function pemOf(key: webcrypto.CryptoKey): string {
  return KeyObject.from(key).export({ type: 'pkcs8', format: 'pem' }).toString();
}
