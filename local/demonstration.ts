/**
 * Prints what `npm start` and `npm run deploy:local` show: one real request for each kind of credential, with its
 * response, and the same requests as `curl` commands.
 */
import { createStyle, type Style } from '../src/cli/style.ts';
import { gatewayResponses } from '../src/config/gateway-responses.ts';
import { isJsonObject, parseJson } from '../src/core/json.ts';
import type { RouteSettings } from '../src/core/routes.ts';
import { mintCredentials } from './demo-credentials.ts';
import { curl, type DemoRequest, demoRequests, urlOf } from './demo-requests.ts';
import { chooseRoutes, type DemoChoice, describeRoutes } from './demo-routes.ts';
import { requiresBinding, type TokenSettings, tokenRequests } from './demo-token-requests.ts';
import type { Tenant } from './tenant/server.ts';

/** An API with the tenant that it trusts. */
export interface DemoTarget extends TokenSettings {
  /** With a trailing slash. */
  readonly gateway: string;
  readonly tenant: Tenant;
  readonly audience: string;
  /** Accepted besides the main one. @default none */
  readonly audiences?: readonly string[];
  readonly routes: RouteSettings;
  /** @default there is no WebSocket API */
  readonly webSocketUrl?: string | undefined;
  /** The user names whose Basic secret is a token. @default none */
  readonly basicTokenUsers?: readonly string[] | undefined;
  /** @default the demo API */
  readonly backendUrl?: string | undefined;
  /** The URL of the API's metadata. @default the API has none */
  readonly metadataUrl?: string | undefined;
  /** The JWKS of the signed principal. @default the backend gets none */
  readonly principalJwksUrl?: string | undefined;
  /** The page on which users manage their app specific passwords. @default there is none */
  readonly appPasswordsUrl?: string | undefined;
  /** The page that shows what happens to a request. @default there is none */
  readonly inspectorUrl?: string | undefined;
  /** Where the backend's `x-gateway-secret` is, or its value. */
  readonly gatewaySecret?: string | undefined;
}

interface Result {
  readonly status: number;
  readonly isRefused: boolean;
}

type Print = (line: string) => void;

const REFUSALS = gatewayResponses({ audience: '' }).map(({ body }) => body);
const PLAIN = createStyle(false);

/**
 * Sends one request for each kind of credential. Prints the result of each first, then the `curl` commands.
 *
 * @param print receives one line, without a line break
 */
export async function demonstrate(target: DemoTarget, print: Print, style: Style = PLAIN): Promise<void> {
  printHeader(target, print, style);
  const choice = chooseRoutes(target.routes, target.backendUrl !== undefined);
  if (choice) await demonstrateChoice(target, choice, print, style);
  else print(`No request is shown: ${whyNone(target)}.`);
  print('');
  print('Press Ctrl-C to stop.');
}

function printHeader(target: DemoTarget, print: Print, style: Style) {
  const { gateway, webSocketUrl, tenant, routes, backendUrl, gatewaySecret, metadataUrl, principalJwksUrl } = target;
  const { appPasswordsUrl, inspectorUrl } = target;
  print(`The API      ${style.bold(gateway)}    (routes: ${describeRoutes(routes)})`);
  if (inspectorUrl !== undefined)
    print(`Look inside  ${inspectorUrl}    (open it in a browser: what happens to a request)`);
  if (webSocketUrl !== undefined) {
    print(`A WebSocket  ${webSocketUrl}    (a browser offers the subprotocols bearer and bearer.<token as base64url>)`);
  }
  print(`The tenant   ${tenant.issuer}`);
  if (appPasswordsUrl !== undefined) print(`App passwords ${appPasswordsUrl}    (${describeLogin(tenant)})`);
  if (metadataUrl !== undefined) print(`The metadata ${metadataUrl}`);
  if (principalJwksUrl !== undefined) print(`The JWKS     ${principalJwksUrl}    (verifies the signed principal)`);
  if (backendUrl !== undefined) print(`The backend  ${backendUrl}    (x-gateway-secret: ${gatewaySecret})`);
  print('');
}

/** To try the page, people need a username and password. */
function describeLogin({ state }: Tenant): string {
  const [user] = state.users.values();
  return user ? `sign in as ${user.username} with the password ${user.password}` : 'the tenant has no users';
}

function whyNone({ routes, backendUrl }: DemoTarget): string {
  if (Object.values(routes).every((setting) => setting === 'public')) return 'every route is public';
  return backendUrl === undefined
    ? 'no route has a method other than HEAD'
    : 'no route that requires a credential has the method GET, and other methods may change something in your backend';
}

async function demonstrateChoice(target: DemoTarget, choice: DemoChoice, print: Print, style: Style): Promise<void> {
  const credentials = mintCredentials(target, choice);
  const usual = demoRequests(choice, credentials, target.basicTokenUsers);
  const special = tokenRequests(target, choice);
  const requests = inOrder(target, [...usual.requests, ...special.requests]);
  const variables = { ...usual.variables, ...special.variables };
  for (const request of requests) print(describe(request, await send(target.gateway, request), style));
  for (const reason of usual.leftOut) print(style.dim(`not shown     ${reason}`));
  if (target.backendUrl !== undefined) print(style.dim('The status of an allowed request is from the backend.'));
  print('');
  print('To send these requests yourself, set the long tokens:');
  for (const [name, value] of Object.entries(variables)) print(`    ${name}=${value}`);
  print('Then, in the same order:');
  for (const request of requests) if (!request.isForOneUse) print(`    ${curl(target.gateway, request)}`);
  if (requests.some(({ isForOneUse }) => isForOneUse))
    print('A DPoP proof is for one use, so its requests have no command.');
}

/** What is allowed first. A binding that is required changes what is expected of all others. */
function inOrder(target: DemoTarget, requests: readonly DemoRequest[]): readonly DemoRequest[] {
  const expected = requiresBinding(target)
    ? requests.map((request) => (request.isForOneUse ? request : { ...request, expected: 401 as const }))
    : requests;
  const order: readonly DemoRequest['expected'][] = ['allowed', 401, 403];
  return [...expected].sort((one, other) => order.indexOf(one.expected) - order.indexOf(other.expected));
}

function describe({ title, expected }: DemoRequest, { status, isRefused }: Result, style: Style): string {
  const word = isRefused ? 'refused' : 'allowed';
  const color = isRefused ? style.bad : style.good;
  return `${color(`${status} ${word}`)}   ${title}${remark(expected, { status, isRefused })}`;
}

function remark(expected: DemoRequest['expected'], { status, isRefused }: Result): string {
  if (expected === 'allowed' && !isRefused) {
    return status < 500 ? '' : '   (the authorizer allowed it, then the backend failed)';
  }
  return isRefused && status === expected ? '' : `   (expected ${expected})`;
}

async function send(gateway: string, { route, authorization, headers: others }: DemoRequest): Promise<Result> {
  const headers = { ...(authorization !== undefined && { authorization }), ...others };
  // A redirect is the backend's response; following it would be another request.
  const response = await fetch(urlOf(gateway, route), { method: route.method, headers, redirect: 'manual' });
  const { status } = response;
  return { status, isRefused: isRefusal(status, parseJson(await response.text())) };
}

/** Whether the gateway itself wrote the response. A backend may respond with 401 or 403 too. */
export function isRefusal(status: number, body: unknown): boolean {
  return isJsonObject(body) && REFUSALS.some((known) => known.status === status && known.detail === body.detail);
}
