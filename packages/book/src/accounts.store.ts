import { rows, type SQL, sql, type Tx } from '@uncaged/platform';

export interface BalanceRow {
  account: string;
  currency: string;
  /** Minor units. */
  balance: bigint;
}

/** Opens an account's row in the balances, so that its first debit finds it. */
export async function insertBalance(tx: Tx, account: string, currency: string): Promise<void> {
  await tx.execute(
    sql`insert into book_balances (account, currency, balance) values (${account}, ${currency}, 0) on conflict do nothing`,
  );
}

/**
 * What accounts hold: balances with their waiting credits. `world`: accounts of the world may be among them, which are
 * the sums of their postings, and all of those are read.
 */
export async function balances(tx: Tx, which: SQL, world: boolean): Promise<BalanceRow[]> {
  const given = sql`union all select account, currency, amount from book_postings where account ~ '^world:' and ${which}`;
  return rows<BalanceRow>(
    tx,
    sql`select account, currency, sum(amount)::int8 as balance from (
          select account, currency, balance as amount from book_balances where ${which}
          union all select account, currency, amount from book_credits where ${which}
          ${world ? given : sql``}
        ) as parts group by account, currency order by account, currency`,
  );
}

/** What the accounts of each class hold together; the class is what stands before the colon. */
export async function classTotals(
  tx: Tx,
): Promise<{ class: string; currency: string; accounts: bigint; balance: bigint }[]> {
  return rows(
    tx,
    sql`select split_part(account, ':', 1) as class, currency, count(distinct account) as accounts, sum(amount)::int8 as balance
      from (
        select account, currency, balance as amount from book_balances where account !~ '^world:'
        union all select account, currency, amount from book_credits where account !~ '^world:'
        union all select account, currency, amount from book_postings where account ~ '^world:'
      ) as parts group by 1, 2 order by 2, 1`,
  );
}

/** Accounts with waiting credits, in lock order. */
export async function waitingCredits(tx: Tx): Promise<{ account: string; currency: string }[]> {
  return rows(tx, sql`select distinct account, currency from book_credits order by account, currency`);
}

/** Adds an account's waiting credits to its balance. */
export async function fold(tx: Tx, account: string, currency: string): Promise<void> {
  await tx.execute(sql`select book_fold(${account}::text, ${currency}::text)`);
}

export interface PostingRow {
  entryId: string;
  position: bigint | null;
  time: Date;
  kind: string;
  subject: string;
  currency: string;
  amount: bigint;
  /** After this line. */
  balance: bigint;
}

/** The lines of an account in book order, oldest first, each with the balance after it; all, or so many of the newest. */
export async function linesOf(tx: Tx, account: string, last?: number): Promise<PostingRow[]> {
  const found = await rows<PostingRow>(
    tx,
    sql`select e.id as "entryId", l.position, e."time", e.kind, e.subject, p.currency, p.amount,
          (sum(p.amount) over (partition by p.currency order by l.position nulls last, e.seq, p.line))::int8 as balance
        from book_postings p
        join book_entries e on e.id = p.entry_id
        left join book_leaves l on l.entry_id = p.entry_id
        where p.account = ${account}
        order by l.position desc nulls first, e.seq desc, p.line desc
        ${last === undefined ? sql`` : sql`limit ${last}`}`,
  );
  return found.reverse();
}
