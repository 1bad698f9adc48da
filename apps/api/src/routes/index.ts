import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Deps, Env } from '../deps.ts';
import { compensationRoutes } from './compensation.ts';
import { bookRoutes } from './book.ts';
import { eventRoutes } from './events.ts';
import { healthRoutes } from './health.ts';
import { studioRoutes } from './studio.ts';
import { workerRoutes } from './workers.ts';

/** One line a domain: the composition hangs each into the app. */
export const domains: readonly ((deps: Deps) => OpenAPIHono<Env>)[] = [
  healthRoutes,
  bookRoutes,
  compensationRoutes,
  studioRoutes,
  workerRoutes,
  eventRoutes,
];
