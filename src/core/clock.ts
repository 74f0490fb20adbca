/** The clock. It is handed in, so that tests can stop it. */

/** Returns the time in epoch milliseconds. */
export type Clock = () => number;
