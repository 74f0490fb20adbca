/** The schemas of the configuration values that only a deployment has, each with its error message. */
import { check, picklist, pipe, regex, string, transform } from 'valibot';
import { KEY_DELIVERIES, KEY_FORMATS } from '../core/key-delivery.ts';
import { isSecureUrl, isTenantUrl } from '../core/secure-url.ts';
import { arnFault, text, wholeNumber } from './fields.ts';
import { expecting, withoutFault } from './parse.ts';

const HOST = /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/;
const MANAGEMENT_DOMAIN = expecting(
  'the tenant\'s own domain, such as "tenant.auth0.com" or "https://tenant.auth0.com/" (http for loopback only)',
);

/** Where the Management API is, as a URL with its final slash and nothing after it. */
export const managementDomain = pipe(
  string(MANAGEMENT_DOMAIN),
  transform((text) => (HOST.test(text) ? `https://${text}/` : text)),
  check(isTenantUrl, MANAGEMENT_DOMAIN),
);

export const keyDelivery = picklist(KEY_DELIVERIES, expecting(oneOf(KEY_DELIVERIES)));

export const keyFormat = picklist(KEY_FORMATS, expecting(oneOf(KEY_FORMATS)));

export const rotationDays = wholeNumber(0, 1000, 'whole days from 0 (off) to 1000');

/**
 * How long a server may cache the JWKS: a new key is published this long before it signs, and an old one is served this
 * long afterwards.
 */
export const jwksCacheSeconds = wholeNumber(
  0,
  600,
  'whole seconds from 0 to 600, because a change of the key waits that long',
);

/** How long a mark with the kind `all` is kept. It must outlive every JWT that it refuses. */
export const maxJwtLifetimeSeconds = wholeNumber(60, 31_536_000, 'whole seconds from 60 to 31536000 (one year)');

/** @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
export const memorySize = wholeNumber(128, 10_240, 'whole megabytes from 128 to 10240');

export const provisionedConcurrency = wholeNumber(0, 100_000, 'whole execution environments from 0 (off) to 100000');

export const architecture = picklist(['arm64', 'x86_64'], expecting('"arm64" or "x86_64"'));

const EVENT_BUS = expecting('the name or ARN of an event bus, such as "aws.partner/auth0.com/tenant-1234/auth0.logs"');

/** @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreateEventBus.html for a name's characters */
export const eventBus = pipe(string(EVENT_BUS), check(...withoutFault(EVENT_BUS, eventBusFault)));

function eventBusFault(id: string): string | undefined {
  if (!id.startsWith('arn:'))
    return /^[\w./-]{1,256}$/.test(id) ? undefined : 'a name may contain letters, digits and /_.- only';
  const resourceWords = '"event-bus/" and the name of a bus';
  return arnFault(id, { service: 'events', resource: /^event-bus\/[\w./-]{1,256}$/, resourceWords });
}

/** @see https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-type-rate-based-high-level-settings.html */
export const ipRateLimit = wholeNumber(
  10,
  2_000_000_000,
  'whole requests in five minutes from one address, from 10 to 2000000000',
);

const STACK_PREFIX = expecting(
  'a letter followed by at most 124 letters, digits and hyphens, not ending in "Key", such as "Auth0AuthorizerDev"',
);

/**
 * A name of a stack has at most 128 characters, and the longest one of ours is this with `Key`. If this ended in `Key`, the stack
 * of the API could have the name of another deployment's key stack, and replace it.
 */
export const stackPrefix = pipe(string(STACK_PREFIX), regex(/^[A-Za-z][A-Za-z0-9-]{0,124}(?<!Key)$/, STACK_PREFIX));

const CLIENT_ID = expecting('the id of a client, letters, digits, "_" and "-"');

export const clientId = pipe(string(CLIENT_ID), regex(/^[\w-]{1,128}$/, CLIENT_ID));

const REFRESH = expecting('a word of up to 100 letters, digits, "-", "_", ":" and ".", such as the time');

export const refresh = pipe(text(REFRESH), regex(/^[\w:.-]{1,100}$/, REFRESH));

const KEY_ARN = expecting('the ARN of a KMS key, such as "arn:aws:kms:eu-west-1:111122223333:key/…"');

export const keyArn = pipe(string(KEY_ARN), check(...withoutFault(KEY_ARN, keyArnFault)));

function keyArnFault(arn: string): string | undefined {
  const resourceWords = '"key/" and the id of a key';
  return arnFault(arn, { service: 'kms', resource: /^key\/[A-Za-z0-9-]{1,128}$/, resourceWords });
}

const TOPIC_ARN = expecting('the ARN of an SNS topic (not FIFO), such as "arn:aws:sns:eu-west-1:111122223333:alarms"');

/** An alarm can notify a standard topic only. */
export const topicArn = pipe(string(TOPIC_ARN), check(...withoutFault(TOPIC_ARN, topicArnFault)));

function topicArnFault(arn: string): string | undefined {
  const resourceWords = 'the name of a topic, which is not FIFO';
  return arnFault(arn, { service: 'sns', resource: /^[\w-]{1,256}$/, resourceWords });
}

const BACKEND_URL = expecting(
  'an https URL without query and fragment, such as "https://backend.example/base" (http for loopback only)',
);

/** The backend that receives the requests. */
export const backendUrl = pipe(
  string(BACKEND_URL),
  check((text) => isSecureUrl(text) && !/[?#]/.test(text), BACKEND_URL),
);

/** `"a", "b" or "c"`. */
function oneOf(values: readonly string[]): string {
  const quoted = values.map((value) => JSON.stringify(value));
  return `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`;
}
