import { endpoint, healthSchema } from '@uncaged/contract';
import { sql } from '@uncaged/platform';
import { type Deps, newRoutes } from '../deps.ts';
import { route } from '../route.ts';

const health = endpoint('GET', '/api/health', { answer: healthSchema });

/** Whether the machine answers and its database does. */
export function healthRoutes({ platform }: Deps) {
  const app = newRoutes();
  route(app, health, { summary: 'Whether the machine and its database answer' }, async () => {
    await platform.db.read.execute(sql`select 1`);
    return { ok: true, answer: { ok: true as const, time: platform.clock.now().toISOString() } };
  });
  return app;
}
