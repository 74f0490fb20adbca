/** The id of an app specific password in the table of expiries, for its writer and its readers. Nobody can tell the password from it. */
import { createHmac } from 'node:crypto';

/**
 * Computes the id of a password.
 *
 * @param secret at least 32 random characters. It never changes, because every id would change with it
 * @param value the password itself
 */
export function expiryId(secret: string, value: string): string {
  return createHmac('sha256', secret).update(value).digest('base64url');
}

/** The attribute of an item that holds the expiry, in epoch seconds. */
export const EXPIRES_AT = 'expiresAt';
