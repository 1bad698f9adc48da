import type { Endpoint } from '@uncaged/contract';
import type { Hono } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { z } from 'zod';
import { jsonBytes, readJson } from './body.ts';
import type { ApiContext, Env } from './deps.ts';
import { describe } from './openapi.ts';
import { problem, Refused, toJson } from './problems.ts';

/** A handler's answer: what the use case decided, or a Response of its own (files, streams). */
export type Outcome<Answer> =
  | Response
  | { ok: false; code: string; [extra: string]: unknown }
  | { ok: true; answer: Answer; status?: ContentfulStatusCode; headers?: Record<string, string> };

export interface Call<Body, Query> {
  c: ApiContext;
  body: Body;
  query: Query;
  params: Record<string, string>;
  /** The Idempotency-Key header, scoped to the caller so that nobody meets another's key. */
  idempotencyKey: string | undefined;
}

export interface RouteOptions<Query> {
  summary: string;
  /** Status of a good answer; 200 when left out. */
  status?: ContentfulStatusCode;
  query?: z.ZodType<Query>;
  /** Limit of the JSON body in bytes. */
  limit?: number;
}

/**
 * Hangs an endpoint of the contract into a domain's app: reads and checks body and query, calls the handler,
 * turns its decision into HTTP, and enters the route in the OpenAPI document. `:name` in the path is a
 * parameter. Who may call it stands in access.ts.
 */
export function route<Body, Answer, Query = Record<string, never>>(
  app: Hono<Env>,
  endpoint: Endpoint<Body, Answer>,
  options: RouteOptions<Query>,
  handler: (call: Call<Body, Query>) => Promise<Outcome<Answer>> | Outcome<Answer>,
): void {
  const { method, path } = endpoint;
  const { summary, status = 200, query: querySchema } = options;
  describe(app, { endpoint: endpoint as Endpoint, summary, status, query: querySchema });
  app.on(method, [path], async (c) => {
    const context = c as unknown as ApiContext;
    const body = endpoint.body
      ? checked(endpoint.body, await readJson(c, options.limit ?? jsonBytes))
      : (undefined as Body);
    const query = querySchema ? checked(querySchema, c.req.query()) : ({} as Query);
    const params = c.req.param() as Record<string, string>;
    const outcome = await handler({ c: context, body, query, params, idempotencyKey: keyOf(context) });
    if (outcome instanceof Response) return outcome;
    if (!outcome.ok) return problem(c, outcome.code, outcome);
    return c.body(toJson(outcome.answer), outcome.status ?? status, {
      ...outcome.headers,
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store',
    });
  });
}

/** Which field is wrong and why, from the first issue that zod names. */
export function fieldOf(error: z.ZodError): { field: string; detail: string } {
  const [issue] = error.issues;
  if (!issue) throw new Error('a failed check names no field');
  const keys = issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0] ?? ''] : issue.path;
  const field = keys.map(String).join('.') || 'body';
  return { field, detail: `${field}: ${issue.message}` };
}

function checked<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (!result.success) throw new Refused('invalid_input', fieldOf(result.error));
  return result.data;
}

function keyOf(c: ApiContext): string | undefined {
  const key = c.req.header('idempotency-key');
  if (key === undefined) return undefined;
  if (!/^[\x21-\x7e]{1,200}$/.test(key))
    throw new Refused('invalid_input', {
      field: 'Idempotency-Key',
      detail: 'Idempotency-Key: 1 to 200 printable characters without spaces.',
    });
  const actor = c.get('actor');
  return `${actor.memberId ?? c.get('workerId') ?? actor.kind}:${key}`;
}
