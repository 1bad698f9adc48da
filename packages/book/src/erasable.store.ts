import { rows, sql, type Tx } from '@uncaged/platform';

/** The private payloads somebody wrote that are not erased yet, oldest first: what they may ask to have forgotten. */
export async function privatePayloadsOf(tx: Tx, actor: string): Promise<{ entryId: string; kind: string }[]> {
  return rows<{ entryId: string; kind: string }>(
    tx,
    sql`select e.id as "entryId", e.kind from book_entries e join book_payloads p on p.entry_id = e.id
        where e.actor = ${actor} and e.visibility = 'private' and p.payload is not null order by e.seq`,
  );
}
