/** The users that the tenant has when it starts, one for each outcome of a login. */
import type { OrganizationRecord, UserRecord } from './records.ts';

/** The connection that applications use for logins. */
export const CONNECTION = 'Username-Password-Authentication';

export const seedUsers: readonly UserRecord[] = [
  {
    user_id: 'auth0|1234',
    username: 'user@gmail.com',
    email: 'user@gmail.com',
    password: 'correct horse: battery',
    connection: CONNECTION,
    email_verified: true,
  },
  {
    user_id: 'auth0|5678',
    username: 'other@example.com',
    email: 'other@example.com',
    password: 'pässwörd:ünïcode-2',
    connection: CONNECTION,
    email_verified: true,
  },
  {
    user_id: 'auth0|letters',
    username: 'letters@example.com',
    email: 'letters@example.com',
    // A real password that has the format of an app specific password.
    password: 'SixteenLettersPw',
    connection: CONNECTION,
    email_verified: true,
  },
  {
    user_id: 'auth0|blocked',
    username: 'blocked@example.com',
    email: 'blocked@example.com',
    password: 'blocked-password-1',
    connection: CONNECTION,
    email_verified: true,
    blocked: true,
  },
  {
    user_id: 'auth0|mfa',
    username: 'mfa@example.com',
    email: 'mfa@example.com',
    password: 'mfa-password-1',
    connection: CONNECTION,
    email_verified: true,
    mfa_required: true,
  },
  {
    user_id: 'auth0|leaked',
    username: 'leaked@example.com',
    email: 'leaked@example.com',
    password: 'leaked-password-1',
    connection: CONNECTION,
    email_verified: true,
    password_leaked: true,
  },
  {
    user_id: 'auth0|unverified',
    username: 'unverified@example.com',
    email: 'unverified@example.com',
    password: 'unverified-password-1',
    connection: CONNECTION,
    email_verified: false,
    requires_verification: true,
  },
  {
    user_id: 'auth0|denied',
    username: 'denied@example.com',
    email: 'denied@example.com',
    password: 'denied-password-1',
    connection: CONNECTION,
    email_verified: true,
    login_denied: 500,
  },
  {
    user_id: 'auth0|staff',
    username: 'staff@example.com',
    email: 'staff@example.com',
    password: 'staff-password-1',
    connection: 'Staff',
    email_verified: true,
  },
  {
    user_id: 'auth0|member',
    username: 'member@example.com',
    email: 'member@example.com',
    password: 'member-password-1',
    connection: CONNECTION,
    email_verified: true,
    token_claims: { 'https://demo.api/roles': ['editor', 'reviewer'], email: 'member@example.com' },
  },
];

export const seedOrganizations: readonly OrganizationRecord[] = [
  {
    id: 'org_local0000000001',
    name: 'acme',
    display_name: 'Acme',
    client_grants: ['cgr_machinedemoapi0'],
  },
  { id: 'org_local0000000002', name: 'globex', display_name: 'Globex', client_grants: [] },
];
