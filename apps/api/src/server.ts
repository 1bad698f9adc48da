import { rm, writeFile } from 'node:fs/promises';
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import { startSealer } from '@uncaged/book';
import { type Clock, type Config, openPlatform, type Platform } from '@uncaged/platform';
import { closeRenderers } from '@uncaged/provenance';
import { localWorker } from '@uncaged/studio';
import { compose } from './app.ts';
import { operatorToken } from './operator.ts';
import { startTicker, tick } from './ticker.ts';

export interface ApiOptions {
  /** Either a platform that is open (it stays the caller's to close), or where to open one. */
  platform?: Platform;
  config?: Config;
  clock?: Clock;
  /** Path of the portal's built handler (`build/handler.js`); without it only /api answers. */
  portal?: string | null;
  /** 0 takes a free port. */
  port?: number;
  host?: string;
  /** Folder of the shipped weights; null: none. */
  weights?: string | null;
  /** False: time stands still until `tick()`. */
  ticking?: boolean;
}

export interface Api {
  /** http://host:port, as it really listens. */
  url: string;
  app: ReturnType<typeof compose>['app'];
  platform: Platform;
  operatorToken: string;
  /** Answers requests in this process, without the network. */
  fetch(request: Request): Promise<Response>;
  /** The token of a worker on this machine, the same for the same name every time. */
  localWorkerToken(name: string): Promise<string>;
  /** Does what is due now; answers how many things happened. */
  tick(): Promise<number>;
  /** Stops taking requests, lets running ones end, stops the loops, seals, closes the platform. */
  close(): Promise<void>;
}

export type ApiStarted =
  | { ok: true; api: Api }
  | { ok: false; code: 'data_folder_in_use'; pid: number; message: string }
  | { ok: false; code: 'port_in_use'; port: number; message: string };

/** Where the portal's server-side calls find the api without leaving the process. */
const inProcess = Symbol.for('uncaged.fetch');

/** Starts the whole machine: database, api, portal, sealing and the clockwork, behind one address. */
export async function startApi(options: ApiOptions): Promise<ApiStarted> {
  const opened = await platformOf(options);
  if (!opened.ok) return opened;
  const { platform, own } = opened;
  const token = await operatorToken(platform.config.dataFolder);
  const { app, deps, stop } = compose(platform, {
    operatorToken: token,
    publicUrl: platform.config.publicUrl ?? undefined,
    weights: options.weights ?? null,
  });
  const fetch = async (request: Request) => app.fetch(request);
  (globalThis as Record<symbol, unknown>)[inProcess] = fetch;
  const server = createServer(split(app, await portalHandler(options.portal ?? null)));
  const listening = await listen(
    server,
    options.port ?? platform.config.port,
    options.host ?? platform.config.host,
  );
  if (!listening.ok) {
    if (own) await platform.close();
    return listening;
  }
  await deps.founded();
  const address = join(platform.config.dataFolder, 'address');
  await writeFile(address, `${listening.url}\n`);
  const sealer = startSealer(platform);
  const ticker = options.ticking === false ? null : startTicker(deps);
  let closing: Promise<void> | null = null;
  const close = async () => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    stop();
    server.closeIdleConnections();
    const impatient = setTimeout(() => server.closeAllConnections(), 20_000);
    await closed;
    clearTimeout(impatient);
    await ticker?.stop();
    await sealer.stop();
    closeRenderers();
    await rm(address, { force: true });
    if (own) await platform.close();
  };
  return {
    ok: true,
    api: {
      url: listening.url,
      app,
      platform,
      operatorToken: token,
      fetch,
      localWorkerToken: (name) => localWorker(platform, name),
      tick: () => tick(deps),
      close() {
        closing ??= close();
        return closing;
      },
    },
  };
}

type Opened =
  | { ok: true; platform: Platform; own: boolean }
  | { ok: false; code: 'data_folder_in_use'; pid: number; message: string };

async function platformOf({ platform, config, clock }: ApiOptions): Promise<Opened> {
  if (platform) return { ok: true, platform, own: false };
  if (!config) throw new Error('startApi needs a platform or a config');
  const opened = await openPlatform(config, clock ? { clock } : {});
  return opened.ok ? { ok: true, platform: opened.platform, own: true } : opened;
}

/** What every page gets; its content security policy is the portal's own. */
const portalHeaders = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
};

/** /api goes to Hono, everything else to the portal. */
function split(app: Api['app'], portal: RequestListener | null): RequestListener {
  const api = getRequestListener((request, env) => app.fetch(request, env as HttpBindings), {
    overrideGlobalObjects: false,
  });
  return (request: IncomingMessage, response: ServerResponse) => {
    const path = request.url ?? '/';
    if (path === '/api' || path.startsWith('/api/') || path.startsWith('/api?') || !portal)
      return void api(request, response);
    for (const [name, value] of Object.entries(portalHeaders)) response.setHeader(name, value);
    // The portal must know whether people came over TLS; without a proxy in front they did not.
    request.headers['x-forwarded-proto'] ??= 'http';
    portal(request, response);
  };
}

async function portalHandler(path: string | null): Promise<RequestListener | null> {
  if (path === null) return null;
  process.env.PROTOCOL_HEADER ??= 'x-forwarded-proto';
  process.env.HOST_HEADER ??= 'host';
  // A work of 20 MiB comes through the portal's form too; its own limit is 512 KiB.
  process.env.BODY_SIZE_LIMIT ??= '21M';
  const { handler } = (await import(pathToFileURL(path).href)) as { handler: RequestListener };
  return handler;
}

async function listen(
  server: Server,
  port: number,
  host: string,
): Promise<{ ok: true; url: string } | { ok: false; code: 'port_in_use'; port: number; message: string }> {
  const failed = await new Promise<NodeJS.ErrnoException | null>((resolve) => {
    server.once('error', resolve);
    server.listen(port, host, () => resolve(null));
  });
  if (failed?.code === 'EADDRINUSE') {
    const message = `Port ${port} is taken by another program. Stop it, or choose another with --port.`;
    return { ok: false, code: 'port_in_use', port, message };
  }
  if (failed) throw failed;
  const address = server.address() as AddressInfo;
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return { ok: true, url: `http://${name}:${address.port}` };
}
