/** What an app specific password looks like. A real password may look the same. */
const SIXTEEN_LETTERS = /^[A-Za-z]{16}$/;

/** Says whether a secret or token has the shape of an app specific password: 16 ASCII letters. */
export function looksLikeApplicationPassword(secret: string): boolean {
  return SIXTEEN_LETTERS.test(secret);
}
