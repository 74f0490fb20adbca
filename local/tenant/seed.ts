/**
 * The tenant's initial state. `{issuer}` is replaced by the tenant's own URL. No secret here is worth protecting: the
 * tenant listens on loopback only.
 */
import type { ClientGrantRecord, ResourceServerRecord, Seed } from './records.ts';
import { CONNECTION, seedOrganizations, seedUsers } from './seed-users.ts';

const MANAGEMENT_API = '{issuer}api/v2/';
const PASSWORD_REALM = 'http://auth0.com/oauth/grant-type/password-realm';

/** More than one page even at the largest page size (100), so that reading only the first page always fails a test. */
const FILLERS = 110;

const APPLICATION_PASSWORD_SCOPES = [
  'read:user_application_passwords',
  'create:user_application_passwords',
  'delete:user_application_passwords',
];

const SETUP_SCOPES = [
  'read:resource_servers',
  'create:resource_servers',
  'update:resource_servers',
  'delete:resource_servers',
  'read:client_grants',
  'create:client_grants',
  'update:client_grants',
  'delete:client_grants',
  'read:clients',
  'read:connections',
  'read:tenant_settings',
  'read:users',
  'update:users',
];

/** APIs that only fill the pages. */
function fillerResourceServers(count: number): readonly ResourceServerRecord[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `f111e4${String(index).padStart(18, '0')}`,
    identifier: `https://filler-${index}.example/`,
    name: `Filler API ${index}`,
    scopes: [{ value: 'read:filler' }],
    token_lifetime: 86_400,
  }));
}

/** Grants of one client to the filler APIs. */
function fillerClientGrants(clientId: string, count: number): readonly ClientGrantRecord[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `cgr_filler${String(index).padStart(10, '0')}`,
    client_id: clientId,
    audience: `https://filler-${index}.example/`,
    scope: ['read:filler'],
  }));
}

export const seed: Seed = {
  settings: {
    friendly_name: 'Local tenant',
    default_directory: CONNECTION,
    default_audience: '',
    flags: { enable_client_connections: false },
  },

  attackProtection: { maxFailedLogins: 10, blockSeconds: 30 * 86_400, loginBurst: 20, loginsPerMinute: 10 },

  rateLimits: {
    authentication: { limit: 100_000, windowSeconds: 60 },
    management: { limit: 10_000, windowSeconds: 60 },
  },

  connections: [
    {
      id: 'con_local0000000001',
      name: CONNECTION,
      strategy: 'auth0',
      enabled_clients: ['local-password-client', 'local-native-client', 'local-web-client', 'app-passwords-page'],
    },
    { id: 'con_local0000000002', name: 'Staff', strategy: 'auth0', enabled_clients: ['local-password-client'] },
    { id: 'con_local0000000003', name: 'Disabled', strategy: 'auth0', enabled_clients: [] },
  ],

  clients: [
    {
      client_id: 'local-management-client',
      client_secret: 'local-management-secret',
      name: 'Set-up and application passwords',
      app_type: 'non_interactive',
      grant_types: ['client_credentials'],
    },
    {
      client_id: 'local-password-client',
      client_secret: 'local-password-secret',
      name: 'Basic credentials of the demo API',
      app_type: 'regular_web',
      grant_types: ['password', PASSWORD_REALM, 'refresh_token'],
      is_token_endpoint_ip_header_trusted: true,
    },
    {
      client_id: 'local-web-client',
      client_secret: 'local-web-secret',
      name: 'A web application',
      app_type: 'regular_web',
      grant_types: ['authorization_code', 'refresh_token'],
    },
    {
      client_id: 'local-native-client',
      name: 'An application without a secret',
      app_type: 'native',
      grant_types: ['password'],
      is_token_endpoint_ip_header_trusted: true,
    },
    {
      client_id: 'local-operator-client',
      client_secret: 'local-operator-secret',
      name: 'A machine without any grant',
      app_type: 'non_interactive',
      grant_types: ['client_credentials'],
    },
    {
      client_id: 'local-machine-client',
      client_secret: 'local-machine-secret',
      name: 'A machine that calls the demo API',
      app_type: 'non_interactive',
      grant_types: ['client_credentials'],
    },
    {
      client_id: 'app-passwords-page',
      name: 'App passwords',
      app_type: 'spa',
      grant_types: ['authorization_code', 'refresh_token'],
      refresh_token: { rotation_type: 'rotating' },
    },
    {
      client_id: 'app-passwords',
      client_secret: 'app-passwords-secret',
      name: 'App passwords of the users',
      app_type: 'non_interactive',
      grant_types: ['client_credentials'],
    },
  ],

  resourceServers: [
    {
      id: 'a91000000000000000000001',
      identifier: MANAGEMENT_API,
      name: 'Auth0 Management API',
      is_system: true,
      token_lifetime: 86_400,
      scopes: [...SETUP_SCOPES, ...APPLICATION_PASSWORD_SCOPES, 'create:users', 'delete:users'].map((value) => ({
        value,
      })),
    },
    ...fillerResourceServers(FILLERS),
    {
      id: 'a91000000000000000000002',
      identifier: 'https://demo.api/',
      name: 'The near miss: another API, told apart by its slash',
      allow_offline_access: false,
      token_lifetime: 86_400,
      scopes: [{ value: 'read:foo', description: 'Read foo of the near miss' }],
    },
    {
      id: 'a91000000000000000000003',
      identifier: 'https://demo.api',
      name: 'Demo API',
      allow_offline_access: true,
      token_lifetime: 3_600,
      scopes: [
        { value: 'read:foo', description: 'Read foo' },
        { value: 'create:foo', description: 'Create foo' },
        { value: 'update:foo', description: 'Update foo' },
        { value: 'delete:foo', description: 'Delete foo' },
      ],
    },
  ],

  clientGrants: [
    ...fillerClientGrants('local-management-client', FILLERS),
    {
      id: 'cgr_managementusers',
      client_id: 'local-management-client',
      audience: MANAGEMENT_API,
      scope: ['read:users'],
      subject_type: 'user',
    },
    {
      id: 'cgr_managementsetup',
      client_id: 'local-management-client',
      audience: MANAGEMENT_API,
      scope: SETUP_SCOPES,
      subject_type: 'client',
    },
    {
      id: 'cgr_apppasswords000',
      client_id: 'app-passwords',
      audience: MANAGEMENT_API,
      scope: APPLICATION_PASSWORD_SCOPES,
      subject_type: 'client',
    },
    {
      id: 'cgr_machinedemoapi0',
      client_id: 'local-machine-client',
      audience: 'https://demo.api',
      scope: ['read:foo'],
      organization_usage: 'allow',
    },
    {
      id: 'cgr_webappdemoapi00',
      client_id: 'local-web-client',
      audience: 'https://demo.api',
      scope: [],
      subject_type: 'user',
      allow_all_scopes: true,
    },
  ],

  users: seedUsers,

  organizations: seedOrganizations,
};
