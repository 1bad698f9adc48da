import { rows, sql, type Tx } from '@uncaged/platform';

export type ModelState = 'in_use' | 'tainted' | 'retired';

export interface ModelRow {
  id: string;
  name: string;
  weightsSha256: string;
  licence: string;
  config: unknown;
  training: unknown;
  card: string | null;
  parents: string[];
  parameters: bigint | null;
  state: ModelState;
  /** The member whose own model it is; null: everybody's. */
  ownerId: string | null;
  /** SHA-256 of its record as a blob; null where a worker has to hold the model by itself. */
  recordSha256: string | null;
  entryId: string;
  createdAt: Date;
  datasetId: string;
  datasetName: string;
  datasetVersion: number;
  datasetRoot: string;
  /** how many works are in the dataset */
  works: number;
  datasetEntryId: string;
  datasetCreatedAt: Date;
}

const columns = sql.raw(`
  m.id, m.name, m.weights_sha256 as "weightsSha256", m.licence, m.config, m.training, m.card, m.parents, m.parameters,
  m.state, m.owner_id as "ownerId", m.record_sha256 as "recordSha256", m.entry_id as "entryId", m.created_at as "createdAt", m.dataset_id as "datasetId", d.name as "datasetName",
  d.version as "datasetVersion", d.root as "datasetRoot", d.items as works, d.entry_id as "datasetEntryId",
  d.created_at as "datasetCreatedAt"`);
const from = sql.raw('models m join datasets d on d.id = m.dataset_id');

export async function modelById(tx: Tx, id: string): Promise<ModelRow | null> {
  const [row] = await rows<ModelRow>(
    tx,
    sql`select ${columns} from ${from} where m.id = ${id} or (m.name = ${id} and m.owner_id is null)
      order by m.id desc limit 1`,
  );
  return row ?? null;
}

export async function newestInUse(tx: Tx): Promise<ModelRow | null> {
  const [row] = await rows<ModelRow>(
    tx,
    sql`select ${columns} from ${from} where m.state = 'in_use' and m.owner_id is null order by m.id desc limit 1`,
  );
  return row ?? null;
}

/** Everybody's models and this member's own, newest first; what was thrown away is left out. */
export async function modelsOf(tx: Tx, memberId: string | null): Promise<(ModelRow & { authors: bigint })[]> {
  return rows(
    tx,
    sql`select ${columns}, (select count(distinct w.author_id) from dataset_items i join works w on w.id = i.work_id
        where i.dataset_id = m.dataset_id) as authors
      from ${from} where m.owner_id is null or (m.owner_id = ${memberId} and m.state <> 'retired')
      order by m.id desc`,
  );
}

export interface NewModel {
  id: string;
  name: string;
  weightsSha256: string;
  licence: string;
  config: unknown;
  training: unknown;
  card: string | null;
  parents: readonly string[];
  parameters: number | null;
  datasetId: string;
  ownerId: string | null;
  recordSha256: string | null;
  entryId: string;
  createdAt: Date;
}

export async function insertModel(tx: Tx, model: NewModel): Promise<void> {
  await tx.execute(sql`
    insert into models (id, name, weights_sha256, licence, config, training, card, parents, parameters, dataset_id, state,
      owner_id, record_sha256, entry_id, created_at)
    select id, name, "weightsSha256", licence, config, training, card, array(select jsonb_array_elements_text(parents)),
      parameters, "datasetId", 'in_use', "ownerId", "recordSha256", "entryId", "createdAt"
    from jsonb_to_record(${JSON.stringify(model)}::text::jsonb) as m (id text, name text, "weightsSha256" text, licence text,
      config jsonb, training jsonb, card text, parents jsonb, parameters bigint, "datasetId" text, "ownerId" text, "recordSha256" text, "entryId" text,
      "createdAt" timestamptz)`);
}

export async function modelByWeights(tx: Tx, weightsSha256: string): Promise<ModelRow | null> {
  const [row] = await rows<ModelRow>(
    tx,
    sql`select ${columns} from ${from} where m.weights_sha256 = ${weightsSha256}`,
  );
  return row ?? null;
}

/** Takes a model out of use; its past stays. */
export async function retire(tx: Tx, id: string): Promise<void> {
  await tx.execute(sql`update models set state = 'retired' where id = ${id}`);
}

/** Forgets what the models of one member say of themselves; their hashes and their past stay. */
export async function eraseOwned(tx: Tx, memberId: string): Promise<void> {
  await tx.execute(sql`update models set name = '', config = '{}'::jsonb, training = '{}'::jsonb, state = 'retired'
    where owner_id = ${memberId}`);
}

/** Keeps two registrations apart. */
export async function lockModels(tx: Tx): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(5002)`);
}
