import type { Endpoint, Method, Problem } from './common.ts';

export interface ClientOptions {
  /** Where the collective lives, such as https://our.place; empty for the page's own origin. */
  baseUrl: string;
  /** Bearer token of a worker or of the operator. */
  token?: string;
  /** Headers for every call, such as a cookie in a test. */
  headers?: Record<string, string>;
  fetch?: typeof globalThis.fetch;
}

export interface CallOptions<Body> {
  params?: Record<string, string>;
  query?: Record<string, string | number | boolean | undefined>;
  body?: Body;
  /** Sent as Idempotency-Key: the same key with the same body answers the first answer again. */
  idempotencyKey?: string;
  signal?: AbortSignal;
}

export type CallResult<Answer> =
  | { ok: true; status: number; answer: Answer; headers: Headers }
  | { ok: false; status: number; problem: Problem; headers: Headers };

export interface Client {
  /** Calls an endpoint of the contract. Refusals are values; only a broken connection throws. */
  call<Body, Answer>(
    endpoint: Endpoint<Body, Answer>,
    options?: CallOptions<Body>,
  ): Promise<CallResult<Answer>>;
  /** Calls a path that has no endpoint of its own; the caller names the type of the answer. */
  request<Answer>(method: Method, path: string, options?: CallOptions<unknown>): Promise<CallResult<Answer>>;
}

/** Fills `:name` parameters and the query into a path. Throws when a parameter is missing. */
export function pathOf(
  path: string,
  params: Record<string, string> = {},
  query: Record<string, string | number | boolean | undefined> = {},
): string {
  const filled = path.replace(/:([a-zA-Z]+)/g, (_, name: string) => {
    const value = params[name];
    if (value === undefined) throw new Error(`the path ${path} needs the parameter ${name}`);
    return encodeURIComponent(value);
  });
  const pairs = Object.entries(query).filter((pair) => pair[1] !== undefined);
  if (pairs.length === 0) return filled;
  return `${filled}?${new URLSearchParams(pairs.map(([name, value]) => [name, String(value)]))}`;
}

async function answerOf<Answer>(
  response: Response,
  check?: (json: unknown) => Answer,
): Promise<CallResult<Answer>> {
  const { status, headers } = response;
  const text = await response.text();
  const json: unknown = text === '' ? null : safeJson(text);
  if (response.ok) return { ok: true, status, headers, answer: check ? check(json) : (json as Answer) };
  const problem =
    json && typeof json === 'object' && 'code' in json
      ? (json as Problem)
      : {
          type: 'about:blank',
          title: 'Unreadable answer',
          status,
          code: 'unreadable_answer',
          detail: text.slice(0, 200),
          next: 'Try again; if it stays, the address may not be a collective.',
        };
  return { ok: false, status, headers, problem };
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** A client over `fetch`. Answers are checked against the endpoint's schema; a broken one throws. */
export function createClient(options: ClientOptions): Client {
  const send = async (method: Method, path: string, call: CallOptions<unknown>): Promise<Response> => {
    const headers: Record<string, string> = { accept: 'application/json', ...options.headers };
    if (options.token) headers.authorization = `Bearer ${options.token}`;
    if (call.idempotencyKey) headers['idempotency-key'] = call.idempotencyKey;
    let body: BodyInit | undefined;
    if (call.body instanceof Uint8Array || call.body instanceof FormData) body = call.body as BodyInit;
    else if (call.body !== undefined) {
      headers['content-type'] = 'application/json';
      body = JSON.stringify(call.body);
    }
    const fetcher = options.fetch ?? globalThis.fetch;
    return fetcher(`${options.baseUrl}${pathOf(path, call.params, call.query)}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
      ...(call.signal ? { signal: call.signal } : {}),
    });
  };
  return {
    async call(endpoint, call = {}) {
      const { answer } = endpoint;
      return answerOf(
        await send(endpoint.method, endpoint.path, call),
        answer && ((json: unknown) => answer.parse(json)),
      );
    },
    async request(method, path, call = {}) {
      return answerOf(await send(method, path, call));
    },
  };
}
