import { redirect } from '@sveltejs/kit';
import type { Handle, HandleFetch, HandleServerError } from '@sveltejs/kit/hooks';
import type { CollectiveAnswer, MeAnswer } from '@uncaged/contract';
import { get } from '#lib/server/ask.ts';

type ApiFetch = (request: Request) => Response | Promise<Response>;

/** The api in this very process, when it started the portal; else the one at UNCAGED_API (`vite dev`). */
function apiFetch(): ApiFetch | undefined {
  return (globalThis as Record<symbol, unknown>)[Symbol.for('uncaged.fetch')] as ApiFetch | undefined;
}

function addressOf(event: Parameters<HandleFetch>[0]['event']): string {
  try {
    return event.getClientAddress();
  } catch {
    return '127.0.0.1';
  }
}

/** Calls to /api go to the api with the person's cookie and address; its cookies come back to the person. */
export const handleFetch: HandleFetch = async ({ event, request, fetch }) => {
  const url = new URL(request.url);
  if (url.origin !== event.url.origin || !url.pathname.startsWith('/api/')) return fetch(request);
  const headers = new Headers(request.headers);
  headers.set('origin', event.url.origin);
  headers.set('host', event.url.host);
  headers.set('x-client-address', addressOf(event));
  headers.set('x-forwarded-proto', event.url.protocol.slice(0, -1));
  for (const name of ['cookie', 'user-agent']) {
    const value = event.request.headers.get(name);
    if (value) headers.set(name, value);
  }
  const inside = apiFetch();
  const target = inside ? request.url : `${process.env.UNCAGED_API ?? ''}${url.pathname}${url.search}`;
  if (!inside && process.env.UNCAGED_API) headers.set('origin', new URL(process.env.UNCAGED_API).origin);
  const init: RequestInit & { duplex?: 'half' } = { method: request.method, headers, redirect: 'manual' };
  if (request.body) {
    init.body = request.body;
    init.duplex = 'half';
  }
  const forwarded = new Request(target, init);
  const response = await (inside ? inside(forwarded) : globalThis.fetch(forwarded));
  for (const line of response.headers.getSetCookie()) event.locals.setCookies.push(line);
  return response;
};

/** Before the collective is founded there is one page; afterwards that page is gone. */
export const handle: Handle = async ({ event, resolve }) => {
  event.locals.setCookies = [];
  const [collective, me] = await Promise.all([
    get<CollectiveAnswer>(event, '/api/collective'),
    get<MeAnswer>(event, '/api/me'),
  ]);
  event.locals.collective = collective;
  event.locals.me = me.member;
  const founding = event.url.pathname === '/found';
  if (!collective.founded && !founding) redirect(303, '/found');
  if (collective.founded && founding && event.request.method === 'GET')
    redirect(303, me.member ? '/make' : '/');
  const response = await resolve(event, {
    preload: ({ type, path }) =>
      type === 'js' ||
      type === 'css' ||
      (type === 'font' && /redaction-latin|instrument-sans-latin-wght/.test(path)),
  });
  for (const line of event.locals.setCookies) response.headers.append('set-cookie', line);
  response.headers.set('x-content-type-options', 'nosniff');
  response.headers.set('referrer-policy', 'same-origin');
  return response;
};

/** Unknown faults keep their words to the log; what the api refused keeps its problem details. */
export const handleError: HandleServerError = ({ kind, error, event }) => {
  if (kind === 'app') return error as App.Error;
  if (kind === 'framework') return;
  console.error(`portal: ${event.request.method} ${event.url.pathname}`, error);
  return { status: 500, message: 'Something of ours broke.' };
};
