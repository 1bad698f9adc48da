import { rows, sql, type Tx } from '@uncaged/platform';
import type { Basis } from '../consent/consent.ts';

export interface DatasetRow {
  id: string;
  name: string;
  version: number;
  root: string;
  items: number;
  manifestSha256: string;
  /** The member whose own it is; null: everybody's. */
  ownerId: string | null;
  entryId: string;
  createdAt: Date;
}

export interface ItemRow {
  index: number;
  workId: string;
  basis: Basis;
  consentId: string | null;
  weight: number;
  leafHash: string;
}

export interface ItemView extends ItemRow {
  sha256: string;
  title: string;
  authorId: string;
  authorName: string | null;
  memberId: string | null;
  licence: string;
  entryId: string | null;
  hasPicture: boolean;
}

export interface AuthorShare {
  id: string;
  authorName: string | null;
  memberId: string | null;
  works: bigint;
  weight: bigint;
}

const columns = sql.raw(
  'id, name, version, root, items, manifest_sha256 as "manifestSha256", owner_id as "ownerId", entry_id as "entryId", created_at as "createdAt"',
);

export async function datasetById(tx: Tx, id: string): Promise<DatasetRow | null> {
  const [row] = await rows<DatasetRow>(tx, sql`select ${columns} from datasets where id = ${id}`);
  return row ?? null;
}

export async function insertDataset(tx: Tx, row: DatasetRow, items: readonly ItemRow[]): Promise<void> {
  await tx.execute(sql`
    insert into datasets (id, name, version, root, items, manifest_sha256, owner_id, entry_id, created_at)
    values (${row.id}, ${row.name}, ${row.version}, ${row.root}, ${row.items}, ${row.manifestSha256}, ${row.ownerId},
      ${row.entryId}, ${row.createdAt})`);
  await tx.execute(sql`
    insert into dataset_items (dataset_id, index, work_id, basis, consent_id, weight, leaf_hash)
    select ${row.id}, index, "workId", basis, "consentId", weight, "leafHash"
    from jsonb_to_recordset(${JSON.stringify(items)}::text::jsonb) as i (index int, "workId" text, basis text,
      "consentId" text, weight int, "leafHash" text)`);
}

/** A page of a dataset's items in their order, from an index on. */
export async function itemsPage(tx: Tx, datasetId: string, from: number, limit: number): Promise<ItemView[]> {
  return rows<ItemView>(
    tx,
    sql`select i.index, i.work_id as "workId", i.basis, i.consent_id as "consentId", i.weight, i.leaf_hash as "leafHash",
        w.sha256, w.title, w.author_id as "authorId", a.name as "authorName", a.member_id as "memberId", w.licence,
        w.entry_id as "entryId", (w.shown_sha256 is not null) as "hasPicture"
      from dataset_items i join works w on w.id = i.work_id join authors a on a.id = w.author_id
      where i.dataset_id = ${datasetId} and i.index >= ${from} order by i.index limit ${limit}`,
  );
}

/** Leaf hashes in order: what proofs are made of. */
export async function leavesOf(tx: Tx, datasetId: string): Promise<string[]> {
  const found = await rows<{ leafHash: string }>(
    tx,
    sql`select leaf_hash as "leafHash" from dataset_items where dataset_id = ${datasetId} order by index`,
  );
  return found.map((row) => row.leafHash);
}

/** What each author brought to a dataset, largest share first. */
export async function sharesOf(tx: Tx, datasetId: string): Promise<AuthorShare[]> {
  return rows<AuthorShare>(
    tx,
    sql`select a.id, a.name as "authorName", a.member_id as "memberId", count(*) as works, sum(i.weight)::int8 as weight
      from dataset_items i join works w on w.id = i.work_id join authors a on a.id = w.author_id
      where i.dataset_id = ${datasetId}
      group by a.id order by sum(i.weight) desc, a.key, a.id`,
  );
}

export async function datasetByRoot(tx: Tx, name: string, root: string): Promise<DatasetRow | null> {
  const [row] = await rows<DatasetRow>(
    tx,
    sql`select ${columns} from datasets where name = ${name} and root = ${root}`,
  );
  return row ?? null;
}

export async function nextVersion(tx: Tx, name: string): Promise<number> {
  const [row] = await rows<{ version: number }>(
    tx,
    sql`select coalesce(max(version), 0) + 1 as version from datasets where name = ${name}`,
  );
  return Number(row?.version ?? 1);
}
