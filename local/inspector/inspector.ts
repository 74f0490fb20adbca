/**
 * The page that shows what happens to a request, and its data, on the port of the gateway: at `/`, unless the API has a route there, and
 * below `/.local/`. Only local mode has it. It keeps and logs no credential that somebody pastes.
 */

import { CodedError } from '../../src/core/errors.ts';
import { parseJson } from '../../src/core/json.ts';
import { RouteMap, type RouteSettings } from '../../src/core/routes.ts';
import type { Offer, OfferedRoute, State, Story } from '../../web/inspector/protocol.ts';
import type { ApiResponse, IncomingCall } from '../gateway/api.ts';
import { resourcesOf } from '../gateway/resources.ts';
import { type GatewayRoutes, gatewayRoutes, isPublic } from '../gateway/routes.ts';
import type { GatewayInspector } from '../gateway/server.ts';
import { ActionError, type ActionPorts, Actions, type LocalParts, parseAction } from './actions.ts';
import { assetAt } from './assets.ts';
import { type CredentialSettings, prepareCredentials } from './credentials.ts';
import { requirementWordsOf } from './decided.ts';
import { DOCS_PATH, renderDocs } from './docs.ts';
import { isOwn, type Purpose } from './guard.ts';
import { observeClasses } from './observe.ts';
import { json, notFound, page, problem } from './responses.ts';
import { parseSendRequest, sendTraced, UnsendableError } from './send.ts';
import { storyOf } from './story.ts';
import { tenantView } from './tenant-view.ts';
import { Trace } from './trace.ts';

export interface InspectorOptions
  extends Omit<CredentialSettings, 'scopes'>,
    Omit<ActionPorts, 'scopes' | 'parts' | 'makeCredentials'> {
  /** What each route requires. */
  readonly routes: RouteSettings;
  /** @default the demo API */
  readonly backendUrl?: string | undefined;
}

const PREFIX = '/.local/';
const UNKNOWN_ROUTE = { method: 'GET', path: '/not-a-route', words: 'The API has no such route' };
/** A URL does not show it. */
const HTTP_PORT = 80;
const MAXIMUM_BODY_BYTES = 64 * 1024;

export class Inspector implements GatewayInspector {
  readonly #options: InspectorOptions;
  readonly #traces = new Map<string, Trace>();
  readonly #routes: RouteMap;
  readonly #gatewayRoutes: GatewayRoutes;
  readonly #isAtRoot: boolean;
  #offer: Offer | undefined;
  #running: { readonly gatewayUrl: string; readonly port: number; readonly actions: Actions } | undefined;

  constructor(options: InspectorOptions) {
    this.#options = options;
    this.#routes = new RouteMap(options.routes);
    this.#gatewayRoutes = gatewayRoutes(options.routes, options.backendUrl !== undefined);
    this.#isAtRoot = resourcesOf(this.#gatewayRoutes.routeKeys).find('GET', '/') === undefined;
    observeClasses();
  }

  /** Begins to respond. The gateway must be listening. */
  open(gatewayUrl: string, parts: LocalParts): void {
    const makeCredentials = () => {
      this.#offer = undefined;
    };
    const { scopes } = this.#routes;
    const actions = new Actions({ ...this.#options, scopes, parts, makeCredentials });
    this.#running = { gatewayUrl, port: Number(new URL(gatewayUrl).port || HTTP_PORT), actions };
  }

  /** Where a browser finds the page. The gateway must be listening. */
  get url(): string | undefined {
    return this.#running && new URL(this.#isAtRoot ? '/' : PREFIX, this.#running.gatewayUrl).href;
  }

  traceOf({ fields }: IncomingCall): Trace | undefined {
    const parent = fields.find(([name]) => name.toLowerCase() === 'traceparent')?.[1] ?? '';
    return this.#traces.get(parent.split('-')[1] ?? '');
  }

  respond(call: IncomingCall, body: Buffer | null): Promise<ApiResponse> | undefined {
    const isPage = call.path === '/' && this.#isAtRoot && isReading(call);
    const isOurs = isPage || call.path.startsWith(PREFIX);
    return isOurs ? this.#respond(call, body) : undefined;
  }

  async #respond(call: IncomingCall, body: Buffer | null): Promise<ApiResponse> {
    const running = this.#running;
    const purpose = purposeOf(call);
    if (!running || !isOwn(call, purpose, running.port)) return problem(403, 'This page is for this machine only.');
    if (purpose === 'action') {
      if (body === null || body.length > MAXIMUM_BODY_BYTES) return problem(400, 'Expected a small JSON object.');
      return this.#act(call.path, parseJson(body.toString()), running.actions, running.gatewayUrl);
    }
    if (call.path === `${PREFIX}state`) return json(this.#state(running.actions));
    if (call.path === `${PREFIX}offer`) return json(this.#offered());
    return documentAt(call.path);
  }

  async #act(path: string, value: unknown, actions: Actions, gatewayUrl: string): Promise<ApiResponse> {
    try {
      if (path === `${PREFIX}send`) return json(await this.#send(value, gatewayUrl));
      const action = path === `${PREFIX}actions` ? parseAction(value) : undefined;
      return action ? json(await actions.perform(action)) : problem(400, 'There is no such action.');
    } catch (error) {
      if (error instanceof UnsendableError) return problem(400, error.message);
      // The messages of our own errors never contain a secret.
      if (error instanceof CodedError || error instanceof ActionError) return problem(502, error.message);
      return problem(500, 'It failed. The tenant may be stopped.');
    }
  }

  async #send(value: unknown, gatewayUrl: string): Promise<Story> {
    const request = parseSendRequest(value);
    const trace = new Trace();
    this.#traces.set(trace.id, trace);
    try {
      const response = await sendTraced(gatewayUrl, request, trace);
      const { notes, elapsedMs: durationMs } = trace;
      const { method, path } = request;
      return storyOf({ notes, request: { method, path }, response, durationMs }, this.#routes);
    } finally {
      this.#traces.delete(trace.id);
    }
  }

  #state({ trouble }: Actions): State {
    const { clock, tenant, audience, signingKey } = this.#options;
    const groups = tenantView({ overview: tenant.overview(), audience, kids: signingKey.kids });
    return { nowMs: clock.now(), aheadMs: clock.aheadMs, trouble, groups };
  }

  #offered(): Offer {
    this.#offer ??= {
      credentials: prepareCredentials({ ...this.#options, scopes: this.#routes.scopes }),
      routes: this.#offeredRoutes(),
    };
    return this.#offer;
  }

  #offeredRoutes(): readonly OfferedRoute[] {
    const served = this.#gatewayRoutes;
    const resources = resourcesOf(served.routeKeys);
    const offered = Object.keys(this.#options.routes).flatMap((key): readonly OfferedRoute[] => {
      const [configured = '', pattern = ''] = key.split(' ');
      const method = configured === 'ANY' ? 'GET' : configured;
      const path = pattern.replace(/\{[^}]*\}/g, 'example');
      const resourcePath = resources.find(method, path);
      if (resourcePath === undefined) return [];
      const isOpen = isPublic(served, method, resourcePath);
      const words = isOpen ? 'public' : requirementWordsOf(this.#routes, { method, path, resourcePath });
      return [{ method, path, words }];
    });
    if (resources.find('GET', UNKNOWN_ROUTE.path) !== undefined) return offered;
    return [...offered, UNKNOWN_ROUTE];
  }
}

function isReading({ method }: IncomingCall): boolean {
  return method === 'GET' || method === 'HEAD';
}

function purposeOf(call: IncomingCall): Purpose {
  if (!isReading(call)) return 'action';
  const { path } = call;
  return path === `${PREFIX}state` || path === `${PREFIX}offer` ? 'data' : 'document';
}

async function documentAt(path: string): Promise<ApiResponse> {
  if (path.startsWith(DOCS_PATH)) {
    const html = await renderDocs(path.slice(DOCS_PATH.length));
    return html === undefined ? notFound() : page('text/html; charset=utf-8', html);
  }
  const asset = await assetAt(path);
  return asset ? page(asset.type, asset.body) : notFound();
}
