import { rows, sql, type Tx } from '@uncaged/platform';

export interface MaterialRow {
  sha256: string;
  mediaType: 'image/png' | 'image/webp';
  frames: number;
  width: number;
  height: number;
  /** How long a moving work takes once; null for a still one. */
  milliseconds: number | null;
}

/** The material of a work, if it was kept apart, and the picture for pages that stands in for it otherwise. */
export async function materialOf(
  tx: Tx,
  workId: string,
): Promise<{ kept: MaterialRow | null; shownSha256: string | null } | null> {
  const [row] = await rows<MaterialRow & { shownSha256: string | null; isKept: boolean }>(
    tx,
    sql`select m.sha256, m.media_type as "mediaType", m.frames, m.width, m.height, m.milliseconds,
        w.shown_sha256 as "shownSha256", m.work_id is not null as "isKept"
      from works w left join work_materials m on m.work_id = w.id where w.id = ${workId}`,
  );
  if (!row) return null;
  const { shownSha256, isKept, ...kept } = row;
  return { kept: isKept ? kept : null, shownSha256 };
}

/** Whether the bytes of this hash are what machines are given of one of these works. */
export async function isMaterialOf(tx: Tx, workIds: readonly string[], sha256: string): Promise<boolean> {
  const found = await rows(
    tx,
    sql`select 1 from works w left join work_materials m on m.work_id = w.id
      where w.id = any (${sql.param([...workIds])}::text[]) and coalesce(m.sha256, w.shown_sha256) = ${sha256} limit 1`,
  );
  return found.length > 0;
}

export async function insertMaterial(tx: Tx, workId: string, material: MaterialRow): Promise<void> {
  const { sha256, mediaType, frames, width, height, milliseconds } = material;
  await tx.execute(sql`
    insert into work_materials (work_id, sha256, media_type, frames, width, height, milliseconds)
    values (${workId}, ${sha256}, ${mediaType}, ${frames}, ${width}, ${height}, ${milliseconds})`);
}
