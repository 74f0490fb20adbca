/** The description of the self-service API (OpenAPI 3.1). The page's function serves it. */
import { MANAGE_APP_PASSWORDS } from '../config/app-passwords.ts';
import { MAXIMUM_LABEL_LENGTH } from './label.ts';
import { MAXIMUM_PASSWORDS } from './limits.ts';
import { MAXIMUM_EXPIRY_DAYS } from './new-password.ts';
import { PROBLEMS } from './problem.ts';

const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const object = (properties: object, required: readonly string[]) => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});
const OPTIONAL_TIME = { type: ['string', 'null'], format: 'date-time' };
const SCOPES = { type: 'array', items: { type: 'string' }, uniqueItems: true };

const PASSWORD_PROPERTIES = {
  id: { type: 'string' },
  label: { type: 'string', description: 'Text that the user wrote. Show it as text only.' },
  scopes: SCOPES,
  createdAt: OPTIONAL_TIME,
  lastUsedAt: OPTIONAL_TIME,
  expiresAt: OPTIONAL_TIME,
  state: { type: 'string', enum: ['active', 'expired'], description: 'An expired password is refused, and soon gone.' },
};
const PASSWORD_MEMBERS = Object.keys(PASSWORD_PROPERTIES);

const SCHEMAS = {
  AppPassword: object(PASSWORD_PROPERTIES, PASSWORD_MEMBERS),
  AppPasswordList: object(
    {
      appPasswords: { type: 'array', items: ref('AppPassword') },
      scopes: { ...SCOPES, description: 'The scopes that a new password can have.' },
      maximum: { type: 'integer', const: MAXIMUM_PASSWORDS },
    },
    ['appPasswords', 'scopes', 'maximum'],
  ),
  NewAppPassword: object(
    {
      label: {
        type: 'string',
        minLength: 1,
        maxLength: MAXIMUM_LABEL_LENGTH,
        description: 'Without control characters and other characters that nobody sees.',
      },
      scopes: { ...SCOPES, minItems: 1, description: 'Scopes that the token has, too.' },
      expiresInDays: {
        type: 'integer',
        minimum: 1,
        maximum: MAXIMUM_EXPIRY_DAYS,
        description: 'Without it, the password does not expire.',
      },
    },
    ['label', 'scopes'],
  ),
  CreatedAppPassword: object(
    {
      ...PASSWORD_PROPERTIES,
      value: { type: 'string', description: 'The password itself. No other response contains it.' },
    },
    [...PASSWORD_MEMBERS, 'value'],
  ),
  DeletedAppPassword: object(
    {
      id: { type: 'string' },
      state: {
        type: 'string',
        enum: ['stopping', 'stopped'],
        description: '`stopped`: nothing accepts the password any more, no cache either.',
      },
    },
    ['id', 'state'],
  ),
  Problem: object(
    {
      type: { type: 'string', const: 'about:blank' },
      title: { type: 'string' },
      status: { type: 'integer' },
      detail: { type: 'string' },
      code: { type: 'string', enum: Object.keys(PROBLEMS) },
      maxAuthAgeSeconds: {
        type: 'integer',
        description: 'With `login_too_old`: how long ago the login may be (RFC 9470).',
      },
    },
    ['type', 'title', 'status', 'detail', 'code'],
  ),
};

const content = (schema: string) => ({ 'application/json': { schema: ref(schema) } });
const RETRY_AFTER = { 'Retry-After': { schema: { type: 'integer' }, description: 'Seconds.' } };
/** Every operation can have these. The gateway itself sends some of them, with other bodies. */
const FAULTS = {
  '401': { description: 'The credential is not valid, or the login is too old.' },
  '403': { description: 'The credential, its client or its scopes do not allow this.' },
  '429': { description: 'Too many requests of this user.', headers: RETRY_AFTER },
  '500': { description: 'The request failed unexpectedly.' },
  '502': { description: 'The tenant refused the request.' },
  '503': { description: 'Something that this needs cannot be reached, or is busy.', headers: RETRY_AFTER },
  '4XX': { description: 'The request cannot be fulfilled.' },
};

function faults(): object {
  const body = { content: { 'application/problem+json': { schema: ref('Problem') } } };
  return Object.fromEntries(Object.entries(FAULTS).map(([status, fault]) => [status, { ...fault, ...body }]));
}

const ID = [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }];

function operation(operationId: string, summary: string, responses: object, more: object = {}): object {
  return { operationId, summary, ...more, responses: { ...responses, ...faults() } };
}

/** The document, without servers: clients resolve its paths against the URL from which they read it. */
export const OPENAPI_DOCUMENT = {
  openapi: '3.1.0',
  info: {
    title: 'App passwords',
    version: '1',
    description:
      'Lets users list, create and delete their own app specific passwords. Responses must not be stored. Problems have a stable `code` (RFC 9457).',
  },
  servers: [{ url: '.' }],
  security: [{ accessToken: [MANAGE_APP_PASSWORDS] }],
  paths: {
    '/app-passwords': {
      get: operation('listAppPasswords', 'List your app passwords', {
        '200': { description: 'The newest is first.', content: content('AppPasswordList') },
      }),
      post: operation(
        'createAppPassword',
        'Create an app password',
        {
          '201': {
            description: 'The only response with the value of the password.',
            headers: { Location: { schema: { type: 'string' } } },
            content: content('CreatedAppPassword'),
          },
        },
        { requestBody: { required: true, content: content('NewAppPassword') } },
      ),
    },
    '/app-passwords/{id}': {
      parameters: ID,
      get: operation('getAppPassword', 'Look whether an app password works', {
        '200': {
          description: 'A password, or the state of its deletion.',
          content: { 'application/json': { schema: { oneOf: [ref('AppPassword'), ref('DeletedAppPassword')] } } },
        },
      }),
      delete: operation('deleteAppPassword', 'Delete an app password', {
        '202': {
          description: 'It is deleted, or it was never yours. Deleting it again has the same response.',
          content: content('DeletedAppPassword'),
        },
      }),
    },
  },
  components: {
    schemas: SCHEMAS,
    securitySchemes: {
      accessToken: {
        type: 'http',
        scheme: 'bearer',
        bearerFormat: 'JWT',
        description: `An access token of the user with the scope ${MANAGE_APP_PASSWORDS}. An app password, an opaque token and Basic are refused.`,
      },
    },
  },
};
