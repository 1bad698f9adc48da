import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Deps, Env } from '../deps.ts';
import { healthRoutes } from './health.ts';

/** One line a domain: the composition hangs each into the app. */
export const domains: readonly ((deps: Deps) => OpenAPIHono<Env>)[] = [healthRoutes];
