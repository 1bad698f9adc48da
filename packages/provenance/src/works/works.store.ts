import { rows, type SQL, sql, type Tx } from '@uncaged/platform';
import type { Basis } from '../consent/consent.ts';

export interface WorkRow {
  id: string;
  sha256: string;
  title: string;
  authorId: string;
  authorName: string | null;
  memberId: string | null;
  keywords: string[];
  licence: string;
  spdx: string;
  basis: Basis;
  source: string;
  path: string | null;
  mediaType: string | null;
  size: bigint | null;
  sanitisedSha256: string | null;
  pixelsSha256: string | null;
  dhash: string | null;
  shownSha256: string | null;
  width: number | null;
  height: number | null;
  /** Pictures that are kept of it: 1 for a still work, null while only its hash is known. */
  frames: number | null;
  entryId: string | null;
  createdAt: Date;
}

/** A work about to be written; its author by row id. */
export type NewWork = Omit<WorkRow, 'authorName' | 'memberId' | 'size' | 'frames'> & { size: number | null };

const columns = sql.raw(`
  w.id, w.sha256, w.title, w.author_id as "authorId", a.name as "authorName", a.member_id as "memberId", w.keywords,
  w.licence, w.spdx, w.basis, w.source, w.path, w.media_type as "mediaType", w.size,
  w.sanitised_sha256 as "sanitisedSha256", w.pixels_sha256 as "pixelsSha256", w.dhash,
  w.shown_sha256 as "shownSha256", w.width, w.height,
  case when w.shown_sha256 is not null then coalesce(m.frames, 1) end as frames, w.entry_id as "entryId", w.created_at as "createdAt"`);
const from = sql.raw(
  'works w join authors a on a.id = w.author_id left join work_materials m on m.work_id = w.id',
);

/** Dedicated works are for everyone; a member's work shows while their last answer to `publish` is an unexpired yes. */
function isShown(at: Date): SQL {
  return sql`(w.basis = 'public_domain_dedication' or coalesce((
    select c.answer and (c.expires_at is null or c.expires_at > ${at.toISOString()}::timestamptz) from consents c
    where c.work_id = w.id and c.use = 'publish' order by c.id desc limit 1), false))`;
}

export async function workById(tx: Tx, id: string): Promise<WorkRow | null> {
  const [row] = await rows<WorkRow>(tx, sql`select ${columns} from ${from} where w.id = ${id}`);
  return row ?? null;
}

export async function worksById(tx: Tx, ids: readonly string[]): Promise<WorkRow[]> {
  return rows<WorkRow>(
    tx,
    sql`select ${columns} from ${from} where w.id = any (${sql.param([...ids])}::text[])`,
  );
}

export async function worksByHash(tx: Tx, hashes: readonly string[]): Promise<WorkRow[]> {
  if (hashes.length === 0) return [];
  return rows<WorkRow>(
    tx,
    sql`select ${columns} from ${from} where w.sha256 in (select jsonb_array_elements_text(${JSON.stringify(hashes)}::text::jsonb))`,
  );
}

export interface WorkFilter {
  q: string | undefined;
  author: string | undefined;
  source: string | undefined;
  /** Only this member's own, whether shown or not. */
  memberId: string | undefined;
  /** Newest first: works before this id. */
  before: string | undefined;
  limit: number;
  at: Date;
}

function matching(filter: WorkFilter): SQL {
  const parts: SQL[] = [
    filter.memberId === undefined ? isShown(filter.at) : sql`a.member_id = ${filter.memberId}`,
  ];
  if (filter.author !== undefined) parts.push(sql`w.author_id = ${filter.author}`);
  if (filter.source !== undefined) parts.push(sql`w.source = ${filter.source}`);
  for (const word of (filter.q ?? '').split(/\s+/).filter(Boolean).slice(0, 8)) {
    const like = `%${word.replace(/[\\%_]/g, '\\$&')}%`;
    parts.push(
      sql`(w.title ilike ${like} or a.name ilike ${like} or exists (select from unnest(w.keywords) k where k ilike ${like}))`,
    );
  }
  return sql.join(parts, sql` and `);
}

export async function worksOf(tx: Tx, filter: WorkFilter): Promise<{ works: WorkRow[]; total: number }> {
  const where = matching(filter);
  const before = filter.before === undefined ? sql`` : sql`and w.id < ${filter.before}`;
  const works = await rows<WorkRow>(
    tx,
    sql`select ${columns} from ${from} where ${where} ${before} order by w.id desc limit ${filter.limit}`,
  );
  const [count] = await rows<{ total: bigint }>(
    tx,
    sql`select count(*) as total from ${from} where ${where}`,
  );
  return { works, total: Number(count?.total ?? 0n) };
}

export async function isShownAt(tx: Tx, id: string, at: Date): Promise<boolean> {
  const [row] = await rows<{ shown: boolean }>(
    tx,
    sql`select ${isShown(at)} as shown from works w where w.id = ${id}`,
  );
  return row?.shown ?? false;
}

/** Those of these works that everybody may see. */
export async function shownAmong(tx: Tx, ids: readonly string[], at: Date): Promise<Set<string>> {
  const found = await rows<{ id: string }>(
    tx,
    sql`select w.id from works w where w.id = any (${sql.param([...ids])}::text[]) and ${isShown(at)}`,
  );
  return new Set(found.map(({ id }) => id));
}

/** Writes new works in one statement. */
export async function insertWorks(tx: Tx, works: readonly NewWork[]): Promise<void> {
  if (works.length === 0) return;
  await tx.execute(sql`
    insert into works (id, sha256, title, author_id, keywords, licence, spdx, basis, source, path, media_type, size,
      sanitised_sha256, pixels_sha256, dhash, shown_sha256, width, height, entry_id, created_at)
    select id, sha256, title, "authorId", array(select jsonb_array_elements_text(keywords)), licence, spdx, basis, source,
      path, "mediaType", size, "sanitisedSha256", "pixelsSha256", dhash, "shownSha256", width, height, "entryId", "createdAt"
    from jsonb_to_recordset(${JSON.stringify(works)}::text::jsonb) as w (id text, sha256 text, title text, "authorId" text,
      keywords jsonb, licence text, spdx text, basis text, source text, path text, "mediaType" text, size bigint,
      "sanitisedSha256" text, "pixelsSha256" text, dhash text, "shownSha256" text, width int, height int,
      "entryId" text, "createdAt" timestamptz)`);
}

/** Adds the bytes' facts to works that were known by their hash only. */
export async function attachFiles(tx: Tx, works: readonly NewWork[]): Promise<void> {
  if (works.length === 0) return;
  await tx.execute(sql`
    update works w set media_type = f."mediaType", size = f.size, path = f.path, sanitised_sha256 = f."sanitisedSha256",
      pixels_sha256 = f."pixelsSha256", dhash = f.dhash, shown_sha256 = f."shownSha256", width = f.width,
      height = f.height, entry_id = f."entryId"
    from jsonb_to_recordset(${JSON.stringify(works)}::text::jsonb) as f (sha256 text, path text, "mediaType" text,
      size bigint, "sanitisedSha256" text, "pixelsSha256" text, dhash text, "shownSha256" text, width int, height int,
      "entryId" text)
    where w.sha256 = f.sha256 and w.pixels_sha256 is null`);
}

/** Which models learned from a work, newest first. */
export async function modelsOfWork(
  tx: Tx,
  workId: string,
): Promise<{ id: string; name: string; datasetId: string; index: number }[]> {
  return rows(
    tx,
    sql`select m.id, m.name, i.dataset_id as "datasetId", i.index from dataset_items i
      join models m on m.dataset_id = i.dataset_id where i.work_id = ${workId} order by m.id desc`,
  );
}
