/** The clock, handed in so that tests can stop it. */

/** Tells the time in epoch milliseconds. */
export type Clock = () => number;
