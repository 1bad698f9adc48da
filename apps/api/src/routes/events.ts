import { entries } from '@uncaged/book';
import { endpoint } from '@uncaged/contract';
import { type Deps, newRoutes } from '../deps.ts';
import { route } from '../route.ts';

/** The log grows at most once in this time. */
const lookAgainMs = 500;
const visitor = { memberId: null, kind: 'visitor' as const };

/**
 * What happens in public, as it is sealed into the book: the event name is the entry's kind, the event id its
 * position, so a client that comes back with Last-Event-ID misses nothing. Every replica reads the same log.
 */
export function eventRoutes(deps: Deps) {
  const app = newRoutes();
  const { db } = deps.platform;
  route(
    app,
    endpoint('GET', '/api/events'),
    { summary: 'What happens in public, as an event stream' },
    ({ c }) =>
      deps.streams.open(c, async (send, signal) => {
        let after = startOf(c.req.header('last-event-id')) ?? (await newest(deps));
        while (!signal.aborted) {
          const page = await entries(db.read, visitor, { after, limit: 100 });
          if (!page.ok) return;
          for (const entry of page.entries) {
            after = String(entry.position);
            if (entry.visibility !== 'public') continue;
            const { id: entryId, kind, time, actor, subject, payload } = entry;
            await send(kind, { entryId, kind, time, actor, subject, payload }, after);
          }
          if (page.next === null) await deps.studio.bell.wait('book', lookAgainMs, signal);
        }
      }),
  );
  return app;
}

function startOf(lastEventId: string | undefined): string | undefined {
  return lastEventId && /^\d{1,18}$/.test(lastEventId) ? lastEventId : undefined;
}

async function newest({ platform }: Deps): Promise<string | undefined> {
  const page = await entries(platform.db.read, visitor, { newestFirst: true, limit: 1 });
  const position = page.ok ? page.entries[0]?.position : null;
  return position == null ? undefined : String(position);
}
