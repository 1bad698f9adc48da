import { receiptFor } from '@uncaged/book';
import { policyInForce } from '@uncaged/governance';
import type { Platform } from '@uncaged/platform';
import { openBell, openCarrier } from '@uncaged/studio';
import { Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { matchedRoutes } from 'hono/route';
import { secureHeaders } from 'hono/secure-headers';
import { mayCall } from './access.ts';
import type { ApiContext, Deps, Env } from './deps.ts';
import { addressOf, checkOrigin, identify } from './identify.ts';
import { openapi } from './openapi.ts';
import { problem, Refused } from './problems.ts';
import { domains } from './routes/index.ts';
import { registerShipped } from './shipped.ts';
import { openStreams, type Streams } from './streams.ts';

export interface AppOptions {
  /** The operator's token, as `<data>/operator.token` holds it; empty: no operator by token. */
  operatorToken: string;
  /** Address for links; otherwise taken from the request. */
  publicUrl?: string | undefined;
  /** Folder of the weights that are registered at the founding; null: none. */
  weights?: string | null;
}

export interface Composed {
  app: Hono<Env>;
  deps: Deps;
  /** Ends event streams and waiting leases, so that a server can drain. */
  stop(): void;
}

/** The api as one app, without a server: tests call it through `app.request()`. */
export function buildApp(platform: Platform, options: AppOptions): Hono<Env> {
  return compose(platform, options).app;
}

/** The app with what a server needs around it. */
export function compose(platform: Platform, options: AppOptions): Composed {
  const stopping = new AbortController();
  const streams = openStreams();
  const deps = depsOf(platform, options, streams, stopping.signal);
  const app = new Hono<Env>();
  guard(app, platform, options);
  const apps = domains.map((domain) => domain(deps));
  for (const domain of apps) app.route('/', domain);
  let description: object | null = null;
  app.get('/api/openapi.json', (c) => {
    description ??= openapi(apps);
    return c.json(description);
  });
  app.notFound((c) => problem(c, 'not_found', { detail: `There is nothing at ${c.req.path}.` }));
  app.onError((error, c) => answerError(error, c));
  return {
    app,
    deps,
    stop() {
      stopping.abort();
      streams.close();
    },
  };
}

/** What stands before every route: method, headers, who asks, from where, and whether they may. */
function guard(app: Hono<Env>, platform: Platform, options: AppOptions): void {
  app.use(
    methodNotAllowed({
      app: app as never,
      onMethodNotAllowed: (c, methods) =>
        problem(c, 'method_not_allowed', {
          detail: `${c.req.method} is not among ${methods.join(', ')}.`,
          headers: { allow: methods.join(', ') },
        }),
    }),
  );
  app.use(
    secureHeaders({
      contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"], baseUri: ["'none'"] },
      crossOriginResourcePolicy: 'same-origin',
      referrerPolicy: 'same-origin',
    }),
  );
  app.use(async (c, next) => {
    c.set('requestId', platform.ids.next());
    c.set('context', null);
    if (!isRouted(c)) return next();
    // No database keeps the character NUL, so nothing goes by such a name.
    if (/%00/.test(c.req.url)) return problem(c, 'not_found', { detail: 'An address holds no NUL.' });
    await identify(c, platform, options.operatorToken);
    checkOrigin(c, options.publicUrl);
    const policy = await policyInForce(platform.db.read);
    const decision = mayCall(requestLine(c), c.get('actor'), policy?.document ?? null);
    if (!decision.ok) return problem(c, decision.code);
    return next();
  });
}

/** `METHOD /path/:id` of the route that will answer, as access.ts writes it. */
function requestLine(c: ApiContext): string {
  const target = matchedRoutes(c).find((entry) => entry.method !== 'ALL');
  return `${target?.method ?? c.req.method} ${target?.path ?? c.req.path}`;
}

function isRouted(c: ApiContext): boolean {
  return matchedRoutes(c).some((entry) => entry.method !== 'ALL');
}

function depsOf(platform: Platform, options: AppOptions, streams: Streams, stopping: AbortSignal): Deps {
  const { db, clock, ids, blobs, secrets } = platform;
  const studio = { carrier: openCarrier(platform.queues), bell: openBell() };
  const contextOf: Deps['contextOf'] = async (c) => {
    const made = c.get('context');
    if (made) return made;
    const policy = await policyInForce(db.read);
    if (!policy) throw new Refused('not_founded');
    const context = { db, clock, ids, blobs, secrets, policy, actor: c.get('actor') };
    c.set('context', context);
    return context;
  };
  return {
    platform,
    contextOf,
    studio,
    streams,
    stopping,
    studioOf: async (c) => ({ ...(await contextOf(c)), ...studio }),
    async receipt(entry) {
      await db.durable();
      return { ...(await receiptFor(platform, entry)) };
    },
    addressOf,
    publicUrl: (c) => options.publicUrl ?? new URL(c.req.url).origin,
    founded: () => registerShipped(platform, options.weights ?? null),
  };
}

/** Bad input has a code; what is left is our own mistake, logged under the id that the answer shows. */
function answerError(error: Error, c: ApiContext): Response {
  if (error instanceof Refused) return problem(c, error.code, error.extras);
  if (error instanceof HTTPException) {
    if (error.status === 400) return problem(c, 'malformed_json');
    if (error.status < 500) return error.getResponse();
  }
  const id = c.get('requestId') ?? 'unknown';
  console.error(`500 ${id} ${c.req.method} ${c.req.path}`, error);
  return problem(c, 'internal_error', { detail: `Logged under ${id}.`, requestId: id });
}
