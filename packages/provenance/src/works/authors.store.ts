import { rows, sql, type Tx } from '@uncaged/platform';

export interface AuthorRow {
  id: string;
  name: string | null;
  key: string | null;
  memberId: string | null;
  confirmedAt: Date | null;
}
export interface AuthorCount extends AuthorRow {
  works: bigint;
}

const columns = sql.raw('a.id, a.name, a.key, a.member_id as "memberId", a.confirmed_at as "confirmedAt"');

/**
 * The author rows of imported names, made where they are missing: by key. `names` are (id for a new row, name, key).
 */
export async function ensureImportedAuthors(
  tx: Tx,
  names: readonly { id: string; name: string; key: string }[],
): Promise<Map<string, string>> {
  if (names.length === 0) return new Map();
  const json = JSON.stringify(names);
  await tx.execute(sql`
    insert into authors (id, name, key)
    select n.id, n.name, n.key from jsonb_to_recordset(${json}::text::jsonb) as n (id text, name text, key text)
    on conflict (key) where member_id is null do nothing`);
  const found = await rows<{ key: string; id: string }>(
    tx,
    sql`select a.key, a.id from authors a where a.member_id is null
      and a.key in (select n.key from jsonb_to_recordset(${json}::text::jsonb) as n (key text))`,
  );
  return new Map(found.map((row) => [row.key, row.id]));
}

/** The author row of a member, under the name they sign with (null: their pseudonym). */
export async function ensureMemberAuthor(
  tx: Tx,
  author: { id: string; name: string | null; key: string | null; memberId: string },
): Promise<string> {
  await tx.execute(sql`
    insert into authors (id, name, key, member_id) values (${author.id}, ${author.name}, ${author.key}, ${author.memberId})
    on conflict (member_id, coalesce(key, '')) where member_id is not null do nothing`);
  const [row] = await rows<{ id: string }>(
    tx,
    sql`select id from authors where member_id = ${author.memberId} and coalesce(key, '') = ${author.key ?? ''}`,
  );
  if (!row) throw new Error('an author row was not written');
  return row.id;
}

export async function authorById(tx: Tx, id: string): Promise<AuthorCount | null> {
  const [row] = await rows<AuthorCount>(
    tx,
    sql`select ${columns}, (select count(*) from works w where w.author_id = a.id) as works from authors a where a.id = ${id}`,
  );
  return row ?? null;
}

/** Authors of works that are given to everyone or confirmed artists, most works first. */
export async function authorsOf(
  tx: Tx,
  filter: { q: string | undefined; limit: number },
): Promise<{ authors: AuthorCount[]; total: number }> {
  const like = `%${(filter.q ?? '').replace(/[\\%_]/g, '\\$&')}%`;
  const authors = await rows<AuthorCount & { total: bigint }>(
    tx,
    sql`select ${columns}, count(*) as works, count(*) over () as total from authors a join works w on w.author_id = a.id
      where a.name ilike ${like} and (a.member_id is null or a.confirmed_at is not null)
      group by a.id order by count(*) desc, a.key limit ${filter.limit}`,
  );
  return { authors, total: Number(authors[0]?.total ?? 0n) };
}

export async function confirm(tx: Tx, id: string, by: string, at: Date): Promise<boolean> {
  const done = await rows(
    tx,
    sql`update authors set confirmed_by = ${by}, confirmed_at = ${at.toISOString()}::timestamptz
      where id = ${id} and member_id is not null and confirmed_at is null returning id`,
  );
  return done.length === 1;
}
