import type { Endpoint } from '@uncaged/contract';
import type { Hono } from 'hono';
import { z } from 'zod';
import type { Env } from './deps.ts';

/** A route as the OpenAPI document tells of it. */
export interface Described {
  endpoint: Endpoint<unknown, unknown>;
  summary: string;
  status: number;
  query: z.ZodType | undefined;
}

const described = new WeakMap<Hono<Env>, Described[]>();

/** Notes a route of a domain's app for the document. */
export function describe(app: Hono<Env>, route: Described): void {
  described.set(app, [...(described.get(app) ?? []), route]);
}

/** The OpenAPI 3.1 document over the domains' apps. Schemas are zod's own JSON Schema (2020-12). */
export function openapi(apps: readonly Hono<Env>[]): object {
  const components: Record<string, unknown> = {};
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of apps.flatMap((app) => described.get(app) ?? [])) {
    const path = route.endpoint.path.replace(/:([a-zA-Z0-9]+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.endpoint.method.toLowerCase()]: operation(route, components) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Uncaged',
      version: '1',
      description: 'The api of an artist-governed collective. Refusals are RFC 9457 problem details.',
    },
    paths,
    components: { schemas: components },
  };
}

function operation({ endpoint, summary, status, query }: Described, components: Record<string, unknown>) {
  const name = `${endpoint.method} ${endpoint.path}`.replace(/[^a-zA-Z0-9]+/g, '_').toLowerCase();
  const json = (schema: z.ZodType, io: 'input' | 'output') => ({
    'application/json': { schema: schemaOf(schema, io, `${name}_${io}`, components) },
  });
  const parameters = [
    ...[...endpoint.path.matchAll(/:([a-zA-Z0-9]+)/g)].map(([, param]) => ({
      name: param,
      in: 'path',
      required: true,
      schema: { type: 'string' },
    })),
    ...Object.entries(query instanceof z.ZodObject ? query.shape : {}).map(([param, schema]) => ({
      name: param,
      in: 'query',
      schema: schemaOf(schema as z.ZodType, 'input', `${name}_${param}`, components),
    })),
  ];
  return {
    operationId: name,
    summary,
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(endpoint.body ? { requestBody: { required: true, content: json(endpoint.body, 'input') } } : {}),
    responses: {
      [status]: {
        description: summary,
        ...(endpoint.answer ? { content: json(endpoint.answer, 'output') } : {}),
      },
      default: { description: 'A refusal', content: { 'application/problem+json': {} } },
    },
  };
}

/** JSON Schema of a zod schema; what it defines on the side moves to the document's components. */
function schemaOf(
  schema: z.ZodType,
  io: 'input' | 'output',
  name: string,
  components: Record<string, unknown>,
): unknown {
  const text = JSON.stringify(z.toJSONSchema(schema, { io, unrepresentable: 'any' }));
  const moved = JSON.parse(text.replaceAll('"#/$defs/', `"#/components/schemas/${name}`)) as {
    $defs?: Record<string, unknown>;
    $schema?: string;
  };
  const { $defs = {}, $schema: _, ...rest } = moved;
  for (const [part, definition] of Object.entries($defs)) components[`${name}${part}`] = definition;
  return rest;
}
