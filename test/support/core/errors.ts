/** Matchers for the project's errors: class, code and message together. */
import { expect } from 'vitest';
import type { ConfigurationErrorCode, CredentialErrorCode, IssuerErrorCode } from '../../../src/core/errors.ts';

export function credentialError(code: CredentialErrorCode, message: string): Error {
  return expect.objectContaining({ name: 'CredentialError', code, message });
}

export function issuerError(code: IssuerErrorCode, message: string): Error {
  return expect.objectContaining({ name: 'IssuerError', code, message });
}

export function configurationError(code: ConfigurationErrorCode, message: string): Error {
  return expect.objectContaining({ name: 'ConfigurationError', code, message });
}

/** Returns the error that an act throws or rejects with; fails the test if it does neither. */
export async function caught(act: () => unknown): Promise<unknown> {
  try {
    await act();
  } catch (error) {
    return error;
  }
  throw new Error('Expected an error, got none.');
}

/** Everything that a log could show of an error: messages, stacks and other members, including those of its causes. */
export function everythingIn(error: unknown): string {
  if (!(error instanceof Error)) return JSON.stringify(error) ?? String(error);
  return [error.message, error.stack, JSON.stringify(error), everythingIn(error.cause ?? null)].join('\n');
}

/** The decision about a credential that is missing or not valid. Its message is tested where the error is thrown. */
export function unauthenticated(reason: string) {
  return { outcome: 'unauthenticated', reason, message: expect.any(String) };
}
