import { rows, sql, type Tx } from '@uncaged/platform';

/** Somebody's share in these datasets may have changed: they are weighed anew. Waits for whoever weighs them now. */
export async function holdingsChanged(tx: Tx, datasetIds: readonly string[]): Promise<void> {
  if (datasetIds.length === 0) return;
  await tx.execute(sql`
    insert into holdings_changed (dataset_id)
    select id from datasets where owner_id is null and id = any (${sql.param([...datasetIds])}::text[]) order by id
    on conflict (dataset_id) do update set times = holdings_changed.times + 1`);
}

const ids = (found: readonly { id: string }[]) => found.map(({ id }) => id);

/** Everybody's datasets that a work is in. */
export async function datasetsWithWork(tx: Tx, workId: string): Promise<string[]> {
  return ids(
    await rows<{ id: string }>(
      tx,
      sql`select i.dataset_id as id from dataset_items i join datasets d on d.id = i.dataset_id
        where i.work_id = ${workId} and d.owner_id is null`,
    ),
  );
}

/** Everybody's datasets with works of an author, or of an imported author of the same name. */
export async function datasetsWithAuthor(tx: Tx, authorId: string): Promise<string[]> {
  return ids(
    await rows<{ id: string }>(
      tx,
      sql`select distinct i.dataset_id as id from authors a
        join authors b on b.id = a.id or (b.key = a.key and b.member_id is null)
        join works w on w.author_id = b.id join dataset_items i on i.work_id = w.id
        join datasets d on d.id = i.dataset_id
        where a.id = ${authorId} and d.owner_id is null`,
    ),
  );
}

export async function changedDatasets(tx: Tx): Promise<string[]> {
  return ids(
    await rows<{ id: string }>(tx, sql`select dataset_id as id from holdings_changed order by dataset_id`),
  );
}

/** Takes the mark off; what is marked while it is weighed waits, and is marked again. */
export async function takeMark(tx: Tx, datasetId: string): Promise<boolean> {
  const taken = await rows(
    tx,
    sql`delete from holdings_changed where dataset_id = ${datasetId} returning dataset_id`,
  );
  return taken.length === 1;
}

export interface HolderRow {
  memberId: string;
  claimed: bigint;
  weight: bigint;
}

/**
 * Members behind a dataset by the weight of their works in it. A work is its author's; an imported one is the member's
 * who was confirmed first as the artist of that name. What its maker has said no to is not paid for.
 */
export async function holdersOf(tx: Tx, datasetId: string): Promise<{ works: bigint; holders: HolderRow[] }> {
  const [all] = await rows<{ works: bigint }>(
    tx,
    sql`select sum(weight)::int8 as works from dataset_items where dataset_id = ${datasetId}`,
  );
  const holders = await rows<HolderRow>(
    tx,
    sql`select coalesce(a.member_id, first.member_id) as "memberId", sum(i.weight)::int8 as claimed,
        coalesce(sum(i.weight) filter (where last.answer is distinct from false), 0)::int8 as weight
      from dataset_items i join works w on w.id = i.work_id join authors a on a.id = w.author_id
      left join (
        select distinct on (key) key, member_id from authors
        where member_id is not null and confirmed_at is not null order by key, confirmed_at, id
      ) first on a.member_id is null and first.key = a.key
      left join lateral (
        select answer from consents c where c.work_id = w.id and c.use = 'train_base' order by c.id desc limit 1
      ) last on true
      where i.dataset_id = ${datasetId} and coalesce(a.member_id, first.member_id) is not null
      group by 1 order by 1`,
  );
  return { works: all?.works ?? 0n, holders };
}

/** Everybody's models that a dataset taught. */
export async function modelsOfDataset(tx: Tx, datasetId: string): Promise<string[]> {
  return ids(
    await rows<{ id: string }>(
      tx,
      sql`select id from models where dataset_id = ${datasetId} and owner_id is null order by id`,
    ),
  );
}

export interface TaughtModel {
  modelId: string;
  name: string;
  weight: bigint;
  /** the maker's last word on being learnt from is no; they ever said no */
  objected: boolean;
  everObjected: boolean;
  /** it is a member's: what it earns is paid out */
  claimed: boolean;
}

/** Everybody's models that a work taught, with what it weighs in them; newest first. */
export async function modelsTaughtBy(tx: Tx, workId: string): Promise<TaughtModel[]> {
  return rows<TaughtModel>(
    tx,
    sql`select m.id as "modelId", m.name, i.weight::int8 as weight, coalesce(c.last = false, false) as objected,
        coalesce(c.ever, false) as "everObjected",
        a.member_id is not null or exists (
          select from authors b where b.key = a.key and b.member_id is not null and b.confirmed_at is not null
        ) as claimed
      from dataset_items i join models m on m.dataset_id = i.dataset_id
      join works w on w.id = i.work_id join authors a on a.id = w.author_id
      left join lateral (
        select (array_agg(answer order by id desc))[1] as last, bool_or(not answer) as ever
        from consents where work_id = i.work_id and use = 'train_base'
      ) c on true
      where i.work_id = ${workId} and m.owner_id is null order by m.id desc`,
  );
}
