/**
 * What the model of the handler fuzz requires and the product does not do yet. A case that one of these entries
 * applies to is skipped. When the product is fixed, delete the entry, and the fuzz checks the case.
 */
import type { Case } from './handler/case.ts';

type AppliesTo = (testCase: Case) => boolean;

/** When this is `{}`, the product does everything that the model requires. */
export const PENDING_BEHAVIOURS: Readonly<Record<string, AppliesTo>> = {};

export const isPending = (testCase: Case): boolean =>
  Object.values(PENDING_BEHAVIOURS).some((appliesTo) => appliesTo(testCase));
