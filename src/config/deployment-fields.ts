/** The types of those configuration values that only a deployment has, each with the words for what is wanted. */
import {
  check,
  type InferOutput,
  integer,
  maxValue,
  minValue,
  number,
  picklist,
  pipe,
  regex,
  string,
  transform,
} from 'valibot';
import { isSecureUrl, isTenantUrl } from '../core/secure-url.ts';
import { wanted } from './parse.ts';

const HOST = /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/;
const MANAGEMENT_DOMAIN = wanted(
  'the tenant\'s own domain, such as "tenant.auth0.com" or "https://tenant.auth0.com/" (http for loopback only)',
);

/** Where the Management API lives, as a URL with its final slash and nothing after it. */
export const managementDomain = pipe(
  string(MANAGEMENT_DOMAIN),
  transform((text) => (HOST.test(text) ? `https://${text}/` : text)),
  check(isTenantUrl, MANAGEMENT_DOMAIN),
);

export const keyDelivery = picklist(
  ['verificationKey', 'verificationKeys', 'verificationLocation', 'wellKnown'],
  wanted('"verificationKey", "verificationKeys", "verificationLocation" or "wellKnown"'),
);

/** By value in one slot, by value in a list, by the URL of a JWKS, or at the identifier's own origin. */
export type KeyDelivery = InferOutput<typeof keyDelivery>;

export const keyFormat = picklist(['certificate', 'jwk'], wanted('"certificate" or "jwk"'));

/** What the public key is wrapped in. */
export type KeyFormat = InferOutput<typeof keyFormat>;

const ROTATION_DAYS = wanted('whole days from 0 (off) to 1000');

export const rotationDays = pipe(
  number(ROTATION_DAYS),
  integer(ROTATION_DAYS),
  minValue(0, ROTATION_DAYS),
  maxValue(1000, ROTATION_DAYS),
);

const JWKS_CACHE_SECONDS = wanted('whole seconds from 0 to 600, since a change of the key waits that long');

/** How long a server may keep the JWKS: a new key is published so long before it signs, an old one so long after. */
export const jwksCacheSeconds = pipe(
  number(JWKS_CACHE_SECONDS),
  integer(JWKS_CACHE_SECONDS),
  minValue(0, JWKS_CACHE_SECONDS),
  maxValue(600, JWKS_CACHE_SECONDS),
);

const IP_RATE_LIMIT = wanted('whole requests in five minutes from one address, from 10 to 2000000000');

/** @see https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-type-rate-based-high-level-settings.html */
export const ipRateLimit = pipe(
  number(IP_RATE_LIMIT),
  integer(IP_RATE_LIMIT),
  minValue(10, IP_RATE_LIMIT),
  maxValue(2_000_000_000, IP_RATE_LIMIT),
);

const CLIENT_ID = wanted('the id of a client, letters, digits, "_" and "-"');

export const clientId = pipe(string(CLIENT_ID), regex(/^[\w-]{1,128}$/, CLIENT_ID));

const KEY_ARN = wanted('the ARN of a KMS key, such as "arn:aws:kms:eu-west-1:111122223333:key/…"');

export const keyArn = pipe(
  string(KEY_ARN),
  regex(/^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[A-Za-z0-9-]{1,128}$/, KEY_ARN),
);

const BACKEND_URL = wanted(
  'an https URL without query and fragment, such as "https://backend.example/base" (http for loopback only)',
);

/** The backend that requests are passed on to. */
export const backendUrl = pipe(
  string(BACKEND_URL),
  check((text) => isSecureUrl(text) && !/[?#]/.test(text), BACKEND_URL),
);
