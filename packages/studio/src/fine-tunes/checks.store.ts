import type { Violation } from '@uncaged/book';
import { rows, sql, type Tx } from '@uncaged/platform';

/** Fine-tunes whose lease is not the one that runs, and leases that run for one that says otherwise. */
export async function strayTrainings(tx: Tx): Promise<Violation[]> {
  const found = await rows<{ id: string; said: string | null; runs: string | null }>(
    tx,
    sql`select coalesce(f.id, l.fine_tune_id) as id, f.lease_id as said, l.id as runs
      from fine_tunes f full join (select * from leases where outcome is null and fine_tune_id is not null) l
        on l.fine_tune_id = f.id
      where (f.lease_id is not null or l.id is not null) and f.lease_id is distinct from l.id limit 100`,
  );
  return found.map(({ id, said, runs }) => ({
    what: `fine-tune:${id}`,
    detail: `names the lease ${said ?? 'none'}, ${runs ?? 'none'} runs`,
  }));
}

/** Fine-tunes that hold something learnt which no lease delivered. */
export async function unearned(tx: Tx): Promise<Violation[]> {
  const found = await rows<{ id: string; state: string }>(
    tx,
    sql`select f.id, f.state from fine_tunes f where f.file_sha256 is not null
      and not exists (select from leases l where l.fine_tune_id = f.id and l.outcome = 'completed') limit 100`,
  );
  return found.map(({ id, state }) => ({
    what: `fine-tune:${id}`,
    detail: `is ${state} with a file that no lease delivered`,
  }));
}

/** Fine-tunes that began without a consent line under each of their works. */
export async function groundless(tx: Tx): Promise<Violation[]> {
  const found = await rows<{ id: string; lacking: bigint }>(
    tx,
    sql`select f.id, count(*) as lacking from fine_tunes f join fine_tune_items i on i.fine_tune_id = f.id
      where f.dataset_id is not null and i.consent_id is null group by f.id limit 100`,
  );
  return found.map(({ id, lacking }) => ({
    what: `fine-tune:${id}`,
    detail: `${lacking} works without a line they are learnt under`,
  }));
}

/** Kept fine-tunes and trained adapters that do not name each other, or not the same bytes. */
export async function unmatched(tx: Tx): Promise<Violation[]> {
  const found = await rows<{ what: string }>(
    tx,
    sql`select 'fine-tune:' || f.id as what from fine_tunes f left join adapters a on a.id = f.adapter_id
        where f.state = 'kept' and f.kind = 'adapter' and (a.fine_tune_id is distinct from f.id
          or a.sha256 <> f.file_sha256 or a.dataset_id is distinct from f.dataset_id or a.state <> 'ready')
      union all
      select 'adapter:' || a.id from adapters a left join fine_tunes f on f.id = a.fine_tune_id
        where a.source = 'trained' and (f.adapter_id is distinct from a.id
          or (a.state = 'ready') <> (f.state = 'kept')) limit 100`,
  );
  return found.map(({ what }) => ({ what, detail: 'does not match what it was kept as, or from' }));
}

/** Clips that mix an adapter of another base, or bytes that are not the adapter's. */
export async function misMixed(tx: Tx): Promise<Violation[]> {
  const found = await rows<{ id: string; adapter: string }>(
    tx,
    sql`select g.id, m.adapter_id as adapter from generation_adapters m join generations g on g.id = m.generation_id
      join adapters a on a.id = m.adapter_id
      where a.base_weights_sha256 <> g.weights_sha256 or a.sha256 <> m.sha256 limit 100`,
  );
  return found.map(({ id, adapter }) => ({
    what: `generation:${id}`,
    detail: `mixes the adapter ${adapter}, which does not fit it`,
  }));
}

export interface AdapterFacts {
  id: string;
  sha256: string;
  baseWeightsSha256: string;
  works: number;
  source: 'trained' | 'imported';
}

/** The adapters of these ids as the studio has them. */
export async function adapterFacts(tx: Tx, ids: readonly string[]): Promise<Map<string, AdapterFacts>> {
  const found = await rows<AdapterFacts>(
    tx,
    sql`select id, sha256, base_weights_sha256 as "baseWeightsSha256", works, source from adapters
      where id = any (${sql.param([...ids])}::text[])`,
  );
  return new Map(found.map((one) => [one.id, one]));
}
