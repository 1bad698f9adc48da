import { type CallOptions, type CallResult, createClient } from '@uncaged/contract';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Somebody in front of a browser: keeps their session cookie between calls, sends an Origin as a browser would. */
export interface Visitor {
  request<Answer>(method: Method, path: string, options?: CallOptions<unknown>): Promise<CallResult<Answer>>;
  /** The answer, or an error that shows the problem the collective named. */
  get<Answer>(path: string): Promise<Answer>;
  post<Answer>(path: string, body?: unknown, idempotencyKey?: string): Promise<Answer>;
  /** The answer as it came, whatever it is. */
  raw(method: string, path: string, body?: BodyInit, headers?: Record<string, string>): Promise<Response>;
  /** Bytes of a file, such as a clip. */
  bytes(path: string): Promise<Uint8Array>;
  /** What a server-sent event stream says, as it says it. */
  events(path: string): AsyncIterable<Record<string, unknown>>;
}

/** A visitor of the collective at `url`. */
export function visitor(url: string): Visitor {
  const jar = new Map<string, string>();
  const cookie = () => [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
  const browserFetch: typeof fetch = async (input, init) => {
    const headers = new Headers(init?.headers);
    if (!headers.has('origin')) headers.set('origin', url);
    if (jar.size > 0) headers.set('cookie', cookie());
    const send = () => fetch(input, { ...init, headers, redirect: 'manual' });
    // A kept-alive connection may be closed by the server in the moment it is used again; a browser asks once more.
    const response = await ((init?.method ?? 'GET') === 'GET' ? send().catch(send) : send());
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';');
      const at = pair.indexOf('=');
      if (pair.slice(at + 1) === '') jar.delete(pair.slice(0, at));
      else jar.set(pair.slice(0, at), pair.slice(at + 1));
    }
    return response;
  };
  const client = createClient({ baseUrl: url, fetch: browserFetch });

  async function must<Answer>(method: Method, path: string, options: CallOptions<unknown>): Promise<Answer> {
    const result = await client.request<Answer>(method, path, options);
    if (!result.ok) throw new Error(`${method} ${path}: ${result.status} ${JSON.stringify(result.problem)}`);
    return result.answer;
  }
  return {
    request: (method, path, options) => client.request(method, path, options),
    get: (path) => must('GET', path, {}),
    post: (path, body, idempotencyKey) =>
      must('POST', path, {
        ...(body === undefined ? {} : { body }),
        ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
      }),
    raw: (method, path, body, headers = {}) =>
      browserFetch(`${url}${path}`, { method, headers, ...(body === undefined ? {} : { body }) }),
    async bytes(path) {
      const response = await browserFetch(`${url}${path}`);
      if (!response.ok) throw new Error(`GET ${path}: ${response.status}`);
      return new Uint8Array(await response.arrayBuffer());
    },
    async *events(path) {
      const response = await browserFetch(`${url}${path}`, { headers: { accept: 'text/event-stream' } });
      if (!response.ok || !response.body) throw new Error(`GET ${path}: ${response.status}`);
      const lines = response.body.pipeThrough(new TextDecoderStream()).pipeThrough(intoLines());
      for await (const each of lines)
        if (each.startsWith('data:')) yield JSON.parse(each.slice(5)) as Record<string, unknown>;
    },
  };
}

function intoLines(): TransformStream<string, string> {
  let rest = '';
  return new TransformStream({
    transform(chunk, controller) {
      const lines = `${rest}${chunk}`.split('\n');
      rest = lines.pop() ?? '';
      for (const each of lines) controller.enqueue(each);
    },
  });
}
