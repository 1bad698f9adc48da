import { rows, sql, type Tx } from '@uncaged/platform';

export interface OutputRow {
  kind: string;
  sha256: string;
}

export interface LineageRow {
  generationId: string;
  modelId: string;
  entryId: string;
}

export interface CredentialRow {
  sha256: string;
  label: string;
  issuer: string;
  signedAt: Date;
  certificateSha256: string;
}

/** False when this generation's origin is written already. */
export async function insertLineage(tx: Tx, row: LineageRow): Promise<boolean> {
  const inserted = await rows(
    tx,
    sql`insert into output_lineages (generation_id, model_id, entry_id) values (${row.generationId}, ${row.modelId}, ${row.entryId})
      on conflict do nothing returning generation_id`,
  );
  return inserted.length === 1;
}

export async function insertOutputs(
  tx: Tx,
  generationId: string,
  outputs: readonly OutputRow[],
): Promise<void> {
  await tx.execute(sql`
    insert into outputs (generation_id, kind, sha256)
    select ${generationId}, kind, sha256
    from jsonb_to_recordset(${JSON.stringify(outputs)}::text::jsonb) as o (kind text, sha256 text)`);
}

export async function insertCredential(tx: Tx, generationId: string, row: CredentialRow): Promise<void> {
  await tx.execute(sql`
    insert into credentials (sha256, generation_id, label, issuer, signed_at, certificate_sha256)
    values (${row.sha256}, ${generationId}, ${row.label}, ${row.issuer}, ${row.signedAt}, ${row.certificateSha256})`);
}

export interface MixedRow {
  adapterId: string;
  datasetId: string | null;
  weight: number;
}

export async function insertAdapters(
  tx: Tx,
  generationId: string,
  adapters: readonly MixedRow[],
): Promise<void> {
  for (const [index, { adapterId, datasetId, weight }] of adapters.entries())
    await tx.execute(sql`
      insert into lineage_adapters (generation_id, index, adapter_id, dataset_id, weight)
      values (${generationId}, ${index}, ${adapterId}, ${datasetId}, ${weight})`);
}

export async function adaptersOf(tx: Tx, generationId: string): Promise<MixedRow[]> {
  return rows<MixedRow>(
    tx,
    sql`select adapter_id as "adapterId", dataset_id as "datasetId", weight from lineage_adapters
      where generation_id = ${generationId} order by index`,
  );
}

export async function lineageRow(tx: Tx, generationId: string): Promise<LineageRow | null> {
  const [row] = await rows<LineageRow>(
    tx,
    sql`select generation_id as "generationId", model_id as "modelId", entry_id as "entryId" from output_lineages
      where generation_id = ${generationId}`,
  );
  return row ?? null;
}

export async function outputsOf(tx: Tx, generationId: string): Promise<OutputRow[]> {
  return rows<OutputRow>(
    tx,
    sql`select kind, sha256 from outputs where generation_id = ${generationId} order by kind`,
  );
}

export async function credentialOf(tx: Tx, generationId: string): Promise<CredentialRow | null> {
  const [row] = await rows<CredentialRow>(
    tx,
    sql`select sha256, label, issuer, signed_at as "signedAt", certificate_sha256 as "certificateSha256"
      from credentials where generation_id = ${generationId} order by signed_at desc limit 1`,
  );
  return row ?? null;
}

/** Generations that a work taught, through the model or an adapter, newest first. */
export async function generationsFromWork(tx: Tx, workId: string, limit: number): Promise<string[]> {
  const found = await rows<{ id: string }>(
    tx,
    sql`select o.generation_id as id from output_lineages o join models m on m.id = o.model_id
      join dataset_items i on i.dataset_id = m.dataset_id where i.work_id = ${workId}
      union select a.generation_id from lineage_adapters a join dataset_items i on i.dataset_id = a.dataset_id
      where i.work_id = ${workId} order by id desc limit ${limit}`,
  );
  return found.map((row) => row.id);
}
