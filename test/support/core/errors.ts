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

/** What an act throws or rejects with; fails the test if it does neither. */
export async function caught(act: () => unknown): Promise<unknown> {
  try {
    await act();
  } catch (error) {
    return error;
  }
  throw new Error('Expected an error, got none.');
}

/** All that an error could tell a log: messages, stacks and other members, those of its causes included. */
export function everythingIn(error: unknown): string {
  if (!(error instanceof Error)) return JSON.stringify(error) ?? String(error);
  return [error.message, error.stack, JSON.stringify(error), everythingIn(error.cause ?? null)].join('\n');
}
