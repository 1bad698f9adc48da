import { rows, sql, type Tx } from '@uncaged/platform';

export interface ImportRow {
  id: string;
  source: string;
  state: 'open' | 'finished';
  activeMs: bigint;
  serverPeak: bigint;
  rendererPeak: bigint;
  startedAt: Date;
  finishedAt: Date | null;
  entryId: string | null;
}

export interface ItemRow {
  path: string;
  sha256: string;
  reason: string | null;
  workId: string | null;
}

const columns = sql.raw(
  'id, source, state, active_ms as "activeMs", server_peak as "serverPeak", renderer_peak as "rendererPeak", started_at as "startedAt", finished_at as "finishedAt", entry_id as "entryId"',
);

export async function importById(tx: Tx, id: string): Promise<ImportRow | null> {
  const [row] = await rows<ImportRow>(tx, sql`select ${columns} from imports where id = ${id}`);
  return row ?? null;
}

export async function importBySource(tx: Tx, source: string): Promise<ImportRow | null> {
  const [row] = await rows<ImportRow>(tx, sql`select ${columns} from imports where source = ${source}`);
  return row ?? null;
}

export async function importsOf(tx: Tx): Promise<ImportRow[]> {
  return rows<ImportRow>(tx, sql`select ${columns} from imports order by id desc`);
}

/** False when this source was begun before. */
export async function insertImport(
  tx: Tx,
  row: { id: string; source: string; startedAt: Date; entryId: string | null },
): Promise<boolean> {
  const inserted = await rows(
    tx,
    sql`insert into imports (id, source, state, started_at, entry_id)
      values (${row.id}, ${row.source}, 'open', ${row.startedAt}, ${row.entryId})
      on conflict (source) do nothing returning id`,
  );
  return inserted.length === 1;
}

/** Paths that stand with exactly these bytes. */
export async function knownPaths(
  tx: Tx,
  importId: string,
  files: readonly { path: string; sha256: string }[],
): Promise<Set<string>> {
  const found = await rows<{ path: string }>(
    tx,
    sql`select i.path from import_items i
      join jsonb_to_recordset(${JSON.stringify(files)}::text::jsonb) as f (path text, sha256 text)
        on f.path = i.path and f.sha256 = i.sha256
      where i.import_id = ${importId}`,
  );
  return new Set(found.map((row) => row.path));
}

export async function putItems(tx: Tx, importId: string, items: readonly ItemRow[]): Promise<void> {
  await tx.execute(sql`
    insert into import_items (import_id, path, sha256, reason, work_id)
    select ${importId}, path, sha256, reason, "workId"
    from jsonb_to_recordset(${JSON.stringify(items)}::text::jsonb) as i (path text, sha256 text, reason text, "workId" text)
    on conflict (import_id, path) do update set sha256 = excluded.sha256, reason = excluded.reason, work_id = excluded.work_id`);
}

export async function noteEffort(
  tx: Tx,
  importId: string,
  effort: { activeMs: number; serverPeak: number; rendererPeak: number },
): Promise<void> {
  await tx.execute(sql`
    update imports set state = 'open', active_ms = active_ms + ${BigInt(effort.activeMs)},
      server_peak = greatest(server_peak, ${BigInt(effort.serverPeak)}),
      renderer_peak = greatest(renderer_peak, ${BigInt(effort.rendererPeak)})
    where id = ${importId}`);
}

export async function finishImport(tx: Tx, importId: string, at: Date, entryId: string): Promise<void> {
  await tx.execute(
    sql`update imports set state = 'finished', finished_at = ${at}, entry_id = ${entryId} where id = ${importId}`,
  );
}

/** Keeps two batches of one import apart. */
export async function lockImport(tx: Tx, importId: string): Promise<void> {
  await tx.execute(sql`select id from imports where id = ${importId} for update`);
}

export async function countsOf(
  tx: Tx,
  importId: string,
): Promise<{ reasons: { reason: string | null; files: bigint }[]; authors: number }> {
  const reasons = await rows<{ reason: string | null; files: bigint }>(
    tx,
    sql`select reason, count(*) as files from import_items where import_id = ${importId} group by reason order by reason`,
  );
  const [counted] = await rows<{ authors: bigint }>(
    tx,
    sql`select count(distinct w.author_id) as authors from import_items i join works w on w.id = i.work_id
      where i.import_id = ${importId}`,
  );
  return { reasons, authors: Number(counted?.authors ?? 0n) };
}

export async function itemsOf(
  tx: Tx,
  importId: string,
  asked: { reason: string | undefined; after: string | undefined; limit: number },
): Promise<ItemRow[]> {
  const reason = asked.reason === undefined ? sql`` : sql`and reason = ${asked.reason}`;
  return rows<ItemRow>(
    tx,
    sql`select path, sha256, reason, work_id as "workId" from import_items
      where import_id = ${importId} ${reason} and path > ${asked.after ?? ''} order by path limit ${asked.limit}`,
  );
}
