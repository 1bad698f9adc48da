import type { ConsentUse } from '@uncaged/governance/rules';
import { rows, sql, type Tx } from '@uncaged/platform';

export interface ConsentRow {
  id: string;
  workId: string;
  use: ConsentUse;
  answer: boolean;
  memberId: string;
  givenAt: Date;
  expiresAt: Date | null;
  text: string;
  textSha256: string;
  entryId: string;
}

const columns = sql.raw(
  'id, work_id as "workId", use, answer, member_id as "memberId", given_at as "givenAt", expires_at as "expiresAt", text, text_sha256 as "textSha256", entry_id as "entryId"',
);

/** Every line about a work, newest first. */
export async function consentsOfWork(tx: Tx, workId: string): Promise<ConsentRow[]> {
  return rows<ConsentRow>(
    tx,
    sql`select ${columns} from consents where work_id = ${workId} order by id desc`,
  );
}

/** Every line about these works, oldest first. */
export async function consentsOfWorks(tx: Tx, workIds: readonly string[]): Promise<ConsentRow[]> {
  return rows<ConsentRow>(
    tx,
    sql`select ${columns} from consents where work_id = any (${sql.param([...workIds])}::text[]) order by id`,
  );
}

export async function consentByEntry(tx: Tx, entryId: string): Promise<ConsentRow | null> {
  const [row] = await rows<ConsentRow>(tx, sql`select ${columns} from consents where entry_id = ${entryId}`);
  return row ?? null;
}

export async function insertConsents(tx: Tx, lines: readonly ConsentRow[]): Promise<void> {
  if (lines.length === 0) return;
  await tx.execute(sql`
    insert into consents (id, work_id, use, answer, member_id, given_at, expires_at, text, text_sha256, entry_id)
    select id, "workId", use, answer, "memberId", "givenAt", "expiresAt", text, "textSha256", "entryId"
    from jsonb_to_recordset(${JSON.stringify(lines)}::text::jsonb) as c (id text, "workId" text, use text, answer boolean,
      "memberId" text, "givenAt" timestamptz, "expiresAt" timestamptz, text text, "textSha256" text, "entryId" text)`);
}

/**
 * Names under which a member, confirmed as the artist of that name, allows to be named in prompts: their last
 * answer on at least one work of that name is an unexpired yes, and on none a no.
 */
export async function namesWithStyleConsent(tx: Tx, at: Date): Promise<string[]> {
  const found = await rows<{ name: string }>(
    tx,
    sql`select a.name from authors a join works w on w.author_id = a.id
      join lateral (select c.answer, c.expires_at from consents c where c.work_id = w.id and c.use = 'style_name_prompting'
        order by c.id desc limit 1) c on true
      where a.confirmed_at is not null and a.name is not null
      group by a.id, a.name
      having bool_and(c.answer) and bool_or(c.expires_at is null or c.expires_at > ${at.toISOString()}::timestamptz)
      order by a.name`,
  );
  return found.map((row) => row.name);
}
