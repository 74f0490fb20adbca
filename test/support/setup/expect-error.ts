/** Asserts code and message of a coded error at once. */
import { expect } from 'vitest';
import { CodedError } from '../../../src/core/errors.ts';

/** Waits for the work to fail, and returns the error for further checks. */
export async function expectError(work: Promise<unknown> | (() => unknown), code: string, message: RegExp) {
  const error: unknown = await failureOf(work);
  expect(error).toBeInstanceOf(CodedError);
  if (!(error instanceof CodedError)) throw error;
  expect({ code: error.code, message: error.message }).toEqual({ code, message: expect.stringMatching(message) });
  return error;
}

async function failureOf(work: Promise<unknown> | (() => unknown)): Promise<unknown> {
  try {
    await (typeof work === 'function' ? work() : work);
  } catch (error) {
    return error;
  }
  throw new Error('Expected a failure, but there was none.');
}
