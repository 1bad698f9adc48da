import { type Platform, sql } from '@uncaged/platform';
import { recordBatch } from '../index.ts';
import type { Posting } from '../postings.ts';
import { factOf, PAYLOAD, SOME_HASH } from './facts.ts';

/** Entries in one batch. */
export const BATCH = 1000;

type Pay = (n: number) => readonly Posting[];

/** A batch of entries by `recordBatch()`, in one transaction. */
export async function recordMany(platform: Platform, pay: Pay): Promise<void> {
  const facts = Array.from({ length: BATCH }, (_, n) => factOf(pay(n)));
  const recorded = await platform.db.transaction((tx) => recordBatch(tx, platform, facts));
  if (!recorded.ok) throw new Error(recorded.code);
}

/** The same rows by one plain statement over arrays, in one transaction; what was paid in is added up as we do. */
export async function insertMany(platform: Platform, pay: Pay): Promise<void> {
  const ids = Array.from({ length: BATCH }, () => platform.ids.next());
  const legs = ids.flatMap((id, n) =>
    pay(n).map(({ account, amount }, line) => ({ id, line, account, amount: amount.toString() })),
  );
  const credits = new Map<string, bigint>();
  for (const { account, amount } of legs)
    if (BigInt(amount) > 0n) credits.set(account, (credits.get(account) ?? 0n) + BigInt(amount));
  const list = (values: readonly (string | number)[]) => sql.param([...values].map(String));
  const hash = sql`decode(${SOME_HASH}, 'hex')`;
  await platform.db.transaction((tx) =>
    tx.execute(sql`
      with entry as (
        insert into raw_entries (id, kind, "time", actor, subject, visibility, commitment, leaf_hash, legs)
        select id, 'contribution.accepted', ${platform.clock.now().toISOString()}::timestamptz, 'heron',
          'contribution:bench', 'public', ${hash}, ${hash}, 2 from unnest(${list(ids)}::text[]) as e (id)
      ), payload as (
        insert into raw_payloads (entry_id, payload, salt)
        select id, ${PAYLOAD}, ${hash} from unnest(${list(ids)}::text[]) as e (id)
      ), posting as (
        insert into raw_postings (entry_id, line, account, currency, amount)
        select id, line::smallint, account, 'EUR', amount::bigint
        from unnest(${list(legs.map(({ id }) => id))}::text[], ${list(legs.map(({ line }) => line))}::text[],
          ${list(legs.map(({ account }) => account))}::text[], ${list(legs.map(({ amount }) => amount))}::text[])
          as p (id, line, account, amount)
      )
      insert into raw_credits (account, currency, amount)
      select account, 'EUR', amount::bigint
      from unnest(${list([...credits.keys()])}::text[], ${list([...credits.values()].map(String))}::text[])
        as c (account, amount)`),
  );
}
