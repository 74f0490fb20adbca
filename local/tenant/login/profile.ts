/** The claims about a user that a scope of OpenID Connect stands for (OpenID Connect Core section 5.4). */
import type { JsonObject, UserRecord } from '../records.ts';

export function profileOf(user: UserRecord, scope: readonly string[]): JsonObject {
  const { user_id: sub, username, email, email_verified } = user;
  return {
    sub,
    ...(scope.includes('profile') && { name: email, nickname: username.split('@')[0] ?? username }),
    ...(scope.includes('email') && { email, email_verified }),
  };
}
