/** The form of an app specific password. A real password can have the same form. */
const SIXTEEN_LETTERS = /^[A-Za-z]{16}$/;

/** Returns whether a secret or token has the form of an app specific password: 16 ASCII letters. */
export function looksLikeApplicationPassword(secret: string): boolean {
  return SIXTEEN_LETTERS.test(secret);
}
