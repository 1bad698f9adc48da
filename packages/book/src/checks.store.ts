import { rows, type SQL, sql, type Tx } from '@uncaged/platform';

export interface Violation {
  /** What is wrong: an entry, an account, a position. */
  readonly what: string;
  readonly detail: string;
}

const violations = (tx: Tx, query: SQL): Promise<Violation[]> => rows<Violation>(tx, sql`${query} limit 100`);

/** Entries whose postings do not sum to zero in one currency, or are not as many as the entry says. */
export function unbalancedEntries(tx: Tx): Promise<Violation[]> {
  return violations(
    tx,
    sql`select e.id as what,
          format('%s of %s postings, %s currencies, sum %s', count(p.line), e.legs, count(distinct p.currency), sum(p.amount))
            as detail
        from book_entries e left join book_postings p on p.entry_id = e.id
        group by e.id, e.legs
        having count(p.line) <> e.legs or count(distinct p.currency) > 1 or coalesce(sum(p.amount), 0) <> 0`,
  );
}

/** Postings whose entry is missing. */
export function strayPostings(tx: Tx): Promise<Violation[]> {
  return violations(
    tx,
    sql`select p.entry_id as what, 'posting without an entry' as detail
        from book_postings p where not exists (select from book_entries e where e.id = p.entry_id)`,
  );
}

/** Accounts whose balance and waiting credits are not the sum of their postings. */
export function wrongBalances(tx: Tx): Promise<Violation[]> {
  return violations(
    tx,
    sql`select account || ' ' || currency as what, format('balance %s, postings %s', sum(held), sum(posted)) as detail
        from (
          select account, currency, balance as held, 0::int8 as posted from book_balances
          union all select account, currency, amount, 0 from book_credits
          union all select account, currency, 0, amount from book_postings where account !~ '^world:'
        ) as parts
        group by account, currency having sum(held) <> sum(posted)`,
  );
}

/** Accounts, but for the world's, that were below zero after some entry of the log, read in order. */
export function overdrawnAccounts(tx: Tx): Promise<Violation[]> {
  return violations(
    tx,
    sql`select account || ' ' || currency as what, format('%s after entry %s', balance, entry_id) as detail
        from (
          select p.account, p.currency, p.entry_id,
            sum(p.amount) over (partition by p.account, p.currency
              order by l.position nulls last, e.seq range between unbounded preceding and current row) as balance
          from book_postings p
          join book_entries e on e.id = p.entry_id
          left join book_leaves l on l.entry_id = p.entry_id
          where p.account !~ '^world:'
        ) as running where balance < 0`,
  );
}

/** Gaps in the positions, and leaves whose hash is not their entry's. */
export function brokenPositions(tx: Tx): Promise<Violation[]> {
  return violations(
    tx,
    sql`select what, detail from (
          select position::text as what, 'position ' || (row_number() over (order by position) - 1) || ' is missing' as detail,
            position <> row_number() over (order by position) - 1 as wrong
          from book_leaves
        ) as numbered where wrong
        union all
        select l.position::text, 'leaf of ' || l.entry_id || ' is not the entry''s'
        from book_leaves l left join book_entries e on e.id = l.entry_id
        where e.leaf_hash is distinct from l.leaf_hash`,
  );
}

/** All checkpoints, oldest first. */
export function allCheckpoints(
  tx: Tx,
): Promise<{ size: bigint; root: Uint8Array; note: string; time: Date }[]> {
  return rows(tx, sql`select size, root, note, "time" from book_checkpoints order by size`);
}

/** Leaf hashes in order from a position on. */
export function leafHashes(tx: Tx, from: bigint, limit: number): Promise<{ hash: Uint8Array }[]> {
  return rows(
    tx,
    sql`select leaf_hash as hash from book_leaves where position >= ${from} order by position limit ${limit}`,
  );
}
