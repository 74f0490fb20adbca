/** There is no session, or it cannot be renewed: the user must sign in. */
export class SessionEnded extends Error {}
