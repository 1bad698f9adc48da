import { type CallOptions, type Endpoint, type Method, pathOf } from '@uncaged/contract';
import { openTestPlatform, type TestPlatform } from '@uncaged/platform/testing';
import { buildApp } from './app.ts';

/** The api without a server, on a platform of its own. */
export interface TestApi {
  platform: TestPlatform;
  app: ReturnType<typeof buildApp>;
}

export async function openApi(): Promise<TestApi> {
  const platform = await openTestPlatform();
  return { platform, app: buildApp(platform, { operatorToken: 'uo_the-operator' }) };
}

/** Somebody with a browser: keeps the session cookie that the api hands out. */
export interface Caller {
  send(method: Method, path: string, body?: unknown): Promise<Response>;
  /** The answer, held against the contract. Throws on a refusal. */
  call<Body, Answer>(
    endpoint: Endpoint<Body, Answer>,
    options?: CallOptions<Body>,
  ): Promise<{ status: number; answer: Answer }>;
  /** Status and code of a refusal. */
  refused(method: Method, path: string, body?: unknown): Promise<[number, unknown]>;
}

export function caller({ app }: TestApi): Caller {
  let cookie = '';
  const send: Caller['send'] = async (method, path, body) => {
    const headers: Record<string, string> = { 'user-agent': 'a test' };
    if (cookie) headers.cookie = cookie;
    if (body !== undefined) headers['content-type'] = 'application/json';
    const response = await app.request(path, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const given = response.headers.getSetCookie().at(-1)?.split(';')[0];
    if (given !== undefined) cookie = given;
    return response;
  };
  return {
    send,
    async call(endpoint, options = {}) {
      const path = pathOf(endpoint.path, options.params, options.query);
      const response = await send(endpoint.method, path, options.body);
      const json: unknown = await response.json();
      if (!response.ok)
        throw new Error(`${endpoint.method} ${path}: ${response.status} ${JSON.stringify(json)}`);
      if (!endpoint.answer) throw new Error(`the contract does not say what ${path} answers`);
      return { status: response.status, answer: endpoint.answer.parse(json) };
    },
    async refused(method, path, body) {
      const response = await send(method, path, body);
      const problem = (await response.json()) as { code?: unknown };
      return [response.status, problem.code];
    },
  };
}
