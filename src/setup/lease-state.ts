/** A lease as it is stored, and the errors for not holding it. */
import { CodedError } from '../core/errors.ts';
import { isJsonObject } from '../core/json.ts';

export interface LeaseState {
  /** Unique for each time that the lease is taken. */
  readonly holder: string;
  /** The same for a retry of a function that died, which need not wait for its own lease. */
  readonly purpose: string;
  /** Epoch milliseconds from which anyone may take the lease, since its holder must have died. */
  readonly untilMs: number;
}

/** Thrown when somebody else has taken the lease over. */
export class LeaseLost extends CodedError<'lease_lost'> {
  constructor() {
    super('lease_lost', 'Another deployment, rotation or revocation has taken over. Run the operation again.');
  }
}

/** Thrown when somebody else holds the lease for longer than there is time to wait. */
export class LeaseHeld extends CodedError<'lease_held'> {
  constructor(remainingMs: number) {
    super(
      'lease_held',
      `Another deployment, rotation or revocation is changing the resource server. Run this again when it has ended, which takes ${Math.ceil(remainingMs / 1000)} s at most.`,
    );
  }
}

/** Parses a stored lease. A value that is not one counts as no lease. */
export function parseLease(value: unknown): LeaseState | undefined {
  const { holder, purpose, untilMs } = isJsonObject(value) ? value : {};
  const isLease = typeof holder === 'string' && typeof purpose === 'string' && typeof untilMs === 'number';
  return isLease ? { holder, purpose, untilMs } : undefined;
}
