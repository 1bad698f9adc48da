import type { Violation } from '@uncaged/book';
import { rows, sql, type Tx } from '@uncaged/platform';

const few = 100;

/** Clips whose lease is not the one that runs, and leases that run for a clip that says otherwise. */
export async function strayLeases(tx: Tx): Promise<Violation[]> {
  const found = await rows<{ id: string; said: string | null; runs: string | null }>(
    tx,
    sql`select coalesce(g.id, l.generation_id) as id, g.lease_id as said, l.id as runs
      from generations g full join (select * from leases where outcome is null and generation_id is not null) l on l.generation_id = g.id
      where (g.lease_id is not null or l.id is not null) and g.lease_id is distinct from l.id limit ${few}`,
  );
  return found.map(({ id, said, runs }) => ({
    what: `generation:${id}`,
    detail: `names the lease ${said ?? 'none'}, ${runs ?? 'none'} runs`,
  }));
}

/** Finished clips that were not finished by exactly one lease. */
export async function oddlyFinished(tx: Tx): Promise<Violation[]> {
  const found = await rows<{ id: string; state: string; completed: bigint }>(
    tx,
    sql`select g.id, g.state, count(l.id) as completed
      from generations g left join leases l on l.generation_id = g.id and l.outcome = 'completed'
      group by g.id, g.state
      having count(l.id) <> (case when g.state = 'done' then 1 else 0 end) limit ${few}`,
  );
  return found.map(({ id, state, completed }) => ({
    what: `generation:${id}`,
    detail: `is ${state}; ${completed} leases completed it`,
  }));
}

/** The files of these clips as the studio keeps them; clips that are not finished are left out. */
export async function filesOf(
  tx: Tx,
  ids: readonly string[],
): Promise<Map<string, { mp4: string; webp: string; poster: string | null }>> {
  const found = await rows<{ id: string; mp4: string; webp: string; poster: string | null }>(
    tx,
    sql`select id, mp4_sha256 as mp4, webp_sha256 as webp, poster_sha256 as poster
      from generations where state = 'done' and id = any (${sql.param([...ids])}::text[])`,
  );
  return new Map(found.map(({ id, ...files }) => [id, files]));
}
