import { rows, sql, type Tx } from '@uncaged/platform';

export interface ChainRow {
  pem: string;
  rootSha256: string;
  leafSha256: string;
  entryId: string;
  createdAt: Date;
}

export async function chainRow(tx: Tx): Promise<ChainRow | null> {
  const [row] = await rows<ChainRow>(
    tx,
    sql`select pem, root_sha256 as "rootSha256", leaf_sha256 as "leafSha256", entry_id as "entryId", created_at as "createdAt"
      from credential_chain`,
  );
  return row ?? null;
}

/** Keeps two first signatures apart until one has made the chain. */
export async function lockChain(tx: Tx): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(5001)`);
}

export async function insertChain(tx: Tx, row: ChainRow): Promise<void> {
  await tx.execute(sql`
    insert into credential_chain (pem, root_sha256, leaf_sha256, entry_id, created_at)
    values (${row.pem}, ${row.rootSha256}, ${row.leafSha256}, ${row.entryId}, ${row.createdAt})`);
}
