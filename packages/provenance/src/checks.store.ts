import type { Violation } from '@uncaged/book';
import { rows, sql, type Tx } from '@uncaged/platform';
import type { Basis } from './consent/consent.ts';

export async function datasets(
  tx: Tx,
): Promise<{ id: string; root: string; items: number; entryId: string }[]> {
  return rows(tx, sql`select id, root, items, entry_id as "entryId" from datasets order by id`);
}

export interface CheckedItem {
  index: number;
  sha256: string;
  basis: Basis;
  consentId: string | null;
  weight: number;
  leafHash: string;
}

export async function itemsOf(tx: Tx, datasetId: string): Promise<CheckedItem[]> {
  return rows<CheckedItem>(
    tx,
    sql`select i.index, w.sha256, i.basis, i.consent_id as "consentId", i.weight, i.leaf_hash as "leafHash"
      from dataset_items i join works w on w.id = i.work_id where i.dataset_id = ${datasetId} order by i.index`,
  );
}

export async function groundlessItems(tx: Tx): Promise<Violation[]> {
  const found = await rows<{ datasetId: string; index: number }>(
    tx,
    sql`select i.dataset_id as "datasetId", i.index from dataset_items i join works w on w.id = i.work_id
      left join consents c on c.id = i.consent_id
      where i.basis <> w.basis
        or (i.basis = 'member_consent' and (c.id is null or c.work_id <> i.work_id or not c.answer
          or c.use not in ('train_base', 'fine_tune_own', 'fine_tune_shared')))
      limit 100`,
  );
  return found.map(({ datasetId, index }) => ({
    what: `dataset:${datasetId}`,
    detail: `item ${index} has no ground to stand on`,
  }));
}

export async function acceptedWorks(
  tx: Tx,
  after: string,
  limit: number,
): Promise<
  {
    id: string;
    sha256: string;
    sanitised: string;
    pixels: string;
    entryId: string | null;
    isDedicated: boolean;
  }[]
> {
  return rows(
    tx,
    sql`select id, sha256, sanitised_sha256 as sanitised, pixels_sha256 as pixels, entry_id as "entryId",
        (basis = 'public_domain_dedication') as "isDedicated"
      from works where pixels_sha256 is not null and id > ${after} order by id limit ${limit}`,
  );
}

export async function consentLines(
  tx: Tx,
): Promise<{ id: string; workId: string; use: string; answer: boolean; entryId: string }[]> {
  return rows(
    tx,
    sql`select id, work_id as "workId", use, answer, entry_id as "entryId" from consents order by id`,
  );
}

export async function weightsOfModels(
  tx: Tx,
): Promise<{ id: string; weightsSha256: string; datasetId: string; entryId: string }[]> {
  return rows(
    tx,
    sql`select id, weights_sha256 as "weightsSha256", dataset_id as "datasetId", entry_id as "entryId" from models
      where state <> 'retired' order by id`,
  );
}

export async function emptyOrigins(tx: Tx): Promise<Violation[]> {
  const found = await rows<{ generationId: string }>(
    tx,
    sql`select l.generation_id as "generationId" from output_lineages l
      where not exists (select from outputs o where o.generation_id = l.generation_id)
        or not exists (select from models m where m.id = l.model_id) limit 100`,
  );
  return found.map((row) => ({
    what: `generation:${row.generationId}`,
    detail: 'nothing came out, or of nothing',
  }));
}

/** Works made of pixels whose raster for machines is not the one their entry names as sanitised. */
export async function strayMaterials(tx: Tx): Promise<Violation[]> {
  const found = await rows<{ workId: string }>(
    tx,
    sql`select m.work_id as "workId" from work_materials m join works w on w.id = m.work_id
      where w.media_type <> 'image/svg+xml' and m.sha256 is distinct from w.sanitised_sha256 limit 100`,
  );
  return found.map(({ workId }) => ({
    what: `work:${workId}`,
    detail: 'machines are given something else than the book names',
  }));
}
