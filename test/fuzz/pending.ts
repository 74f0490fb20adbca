/**
 * What the model of the handler fuzz already requires and the product does not do yet. A case that touches one of these
 * is skipped. When the product is fixed, delete the entry: the fuzz test then checks it.
 */
import type { Case } from './handler/case.ts';

type Touches = (it: Case) => boolean;

/** When this is `{}`, the product does all that the model requires. */
export const PENDING_BEHAVIOURS: Readonly<Record<string, Touches>> = {
  'An introspection endpoint that refuses JSON with 400 or 415 is asked again with a form.': ({ encoding }) =>
    encoding.startsWith('form'),
  'The second issuer’s signing key is not read for so long that the decision outlasts its deadline.': (it) =>
    it.keys === 'slow' && it.issuers !== 'one' && it.credential === 'opaque' && it.introspect0 !== 'none',
};

export const isPending = (it: Case): boolean => Object.values(PENDING_BEHAVIOURS).some((touches) => touches(it));
