/** Everything that the authorizer's function needs from AWS, by signed requests instead of the SDK. */
import { randomUUID } from 'node:crypto';
import type { EntryTable, ExpiryReader, MarkTable, ProofTable } from '../shared-state/ports.ts';
import { type AuthorizerSecrets, createAuthorizerSecrets, type ReadStage } from './authorizer-secrets.ts';
import { createEntryTable, createExpiryReader, createMarkTable, createProofTable } from './authorizer-tables.ts';
import { AwsCallError } from './errors.ts';
import { type NewRoleSettings, repeatingDenied } from './new-role.ts';
import { createSignedCalls, type SendCall, type SignedCallPorts } from './signed-calls.ts';

export interface AuthorizerAws extends AuthorizerSecrets {
  /** The table of sealed cache entries. */
  entryTable(tableName: string): EntryTable;
  /**
   * The table of revocation marks.
   *
   * @param isRequired whether a read that is denied because the role is new is worth waiting for
   */
  markTable(tableName: string, isRequired: boolean): MarkTable;
  /** The table of the expiries of app specific passwords. */
  expiryReader(tableName: string): ExpiryReader;
  /** The table of DPoP proofs. */
  proofTable(tableName: string): ProofTable;
}

/** Leaves time for two attempts within the five seconds of a decision. */
const SECRET_TIMEOUTS = { timeoutMs: 4200, attemptTimeoutMs: 2000 };

/** How a denied request is repeated while a role is new. A login reads three secrets one after the other, in five seconds. */
const PATIENCE: NewRoleSettings = { waitsMs: [250, 500], most: 12 };

/** Connects to Secrets Manager and DynamoDB with the credentials and the region of the environment. */
export function createAuthorizerAws(ports: SignedCallPorts): AuthorizerAws {
  const send = createSignedCalls(ports);
  const repeating = repeatingDenied({ ...PATIENCE, wait: ports.sleep });
  const readStage: ReadStage = (secretId, stage) => repeating(() => readSecret(send, secretId, stage));
  const sendRequired: SendCall = (call) => repeating(() => send(call));
  return {
    ...createAuthorizerSecrets(readStage),
    entryTable: (tableName) => createEntryTable(tableName, send),
    markTable: (tableName, isRequired) => createMarkTable(tableName, isRequired ? sendRequired : send),
    expiryReader: (tableName) => createExpiryReader(tableName, sendRequired),
    proofTable: (tableName) => createProofTable(tableName, sendRequired, randomUUID),
  };
}

async function readSecret(send: SendCall, secretId: string, stage: string): Promise<string | undefined> {
  const input = { SecretId: secretId, VersionStage: stage };
  try {
    const call = { service: 'secretsmanager', operation: 'GetSecretValue', input, ...SECRET_TIMEOUTS } as const;
    const { SecretString: text } = await send(call);
    // A binary secret has no text, so it counts as missing.
    return typeof text === 'string' ? text : undefined;
  } catch (error) {
    if (error instanceof AwsCallError && error.name === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}
