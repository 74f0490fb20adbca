/** The clock. It is always passed in, so that tests can freeze it. */

/** Returns the time in epoch milliseconds. */
export type Clock = () => number;
