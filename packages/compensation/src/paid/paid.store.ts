import { rows, sql, type Tx } from '@uncaged/platform';
import type { Tone } from '../contributions/submission.ts';
import type { PaidAlike } from './recast.ts';

export interface PaidRow {
  kind: string;
  currency: string;
  pieces: number;
  /** how many members stand behind the figure; null for pools */
  people: number | null;
  /** percentile_disc(0.5): the lower of the two middle amounts when the count is even */
  median: bigint;
  total: bigint;
}

const paidPieces = sql`
  select c.kind, k.currency, coalesce(c.paid, c.amount) as amount, c.author_id as member
    from contributions c join calls k on k.id = c.call_id
    where c.state = 'accepted' and (c.units is null or c.paid is not null)
  union all
  select 'review', k.currency, r.paid, r.reviewer_id
    from contribution_reviews r join contributions c on c.id = r.contribution_id join calls k on k.id = c.call_id
    where r.paid > 0
  union all
  select 'review', k.currency, v.paid, v.member_id
    from contribution_appeal_votes v join contributions c on c.id = v.contribution_id join calls k on k.id = c.call_id
    where v.paid > 0
  union all
  select 'royalty', a.currency, a.amount, null from royalty_accruals a where a.amount > 0`;

/** What was paid for contributions, reviews and royalties, by kind and currency. */
export async function paidRows(tx: Tx): Promise<PaidRow[]> {
  return rows<PaidRow>(
    tx,
    sql`select kind, currency, count(*)::int as pieces,
          case when count(member) = 0 then null else count(distinct member)::int end as people,
          percentile_disc(0.5) within group (order by amount) as median, sum(amount)::int8 as total
        from (${paidPieces}) as pieces group by kind, currency order by kind collate "C", currency collate "C"`,
  );
}

export interface ToneRow {
  tone: Tone;
  currency: string;
  accepted: number;
  rejected: number;
  /** how many members stand behind the figure */
  people: number;
  /** the lower of the two middle amounts when the count is even; null where nothing was accepted */
  median: bigint | null;
}

/** What became of decided pieces whose authors said what they are, praise or criticism, and what they were paid. */
export async function toneRows(tx: Tx): Promise<ToneRow[]> {
  return rows<ToneRow>(
    tx,
    sql`select c.tone, k.currency, count(*) filter (where c.state = 'accepted')::int as accepted,
          count(*) filter (where c.state = 'rejected')::int as rejected, count(distinct c.author_id)::int as people,
          percentile_disc(0.5) within group (order by coalesce(c.paid, c.amount))
            filter (where c.state = 'accepted') as median
        from contributions c join calls k on k.id = c.call_id
        where c.tone is not null and c.state <> 'waiting' and c.units is null
        group by c.tone, k.currency order by c.tone collate "C", k.currency collate "C"`,
  );
}

/** Accepted without an entry that pays it, by currency. The database lets none be; this looks all the same. */
export async function unpaidRows(tx: Tx): Promise<{ currency: string; pieces: number; total: bigint }[]> {
  return rows(
    tx,
    sql`select k.currency, count(*)::int as pieces, sum(c.amount)::int8 as total
        from contributions c join calls k on k.id = c.call_id
        where c.state = 'accepted' and c.decision_entry_id is null
        group by k.currency order by k.currency collate "C"`,
  );
}

export interface OwedRow {
  currency: string;
  pieces: number;
  total: bigint;
  oldest: Date;
}

/** Submitted and not answered yet, by currency. */
export async function unansweredRows(tx: Tx): Promise<OwedRow[]> {
  return rows<OwedRow>(
    tx,
    sql`select k.currency, count(*)::int as pieces, sum(c.amount)::int8 as total, min(c.submitted_at) as oldest
        from contributions c join calls k on k.id = c.call_id
        where c.state = 'waiting' group by k.currency order by k.currency collate "C"`,
  );
}

/** Pieces and reviews paid since a moment, counted where they were paid alike; findings that were not first are left out. */
export async function paidAlikeRows(
  tx: Tx,
  since: Date,
): Promise<
  {
    kind: PaidAlike['kind'];
    currency: string;
    amount: bigint;
    policy_version: number;
    policy_hash: string;
    pieces: number;
  }[]
> {
  const from = sql`${since.toISOString()}::timestamptz`;
  return rows(
    tx,
    sql`select kind, currency, amount, policy_version, policy_hash, count(*)::int as pieces from (
          select c.kind, k.currency, c.amount, k.policy_version, k.policy_hash
            from contributions c join calls k on k.id = c.call_id
            where c.state = 'accepted' and c.duplicate_of is null and c.decided_at >= ${from}
          union all
          select 'review', k.currency, r.paid, k.policy_version, k.policy_hash
            from contribution_reviews r join contributions c on c.id = r.contribution_id join calls k on k.id = c.call_id
            where r.reviewed_at >= ${from}
        ) as pieces group by kind, currency, amount, policy_version, policy_hash
        order by kind collate "C", currency collate "C", amount, policy_version, policy_hash`,
  );
}

/** Clips made since a moment whose model owes something to somebody's works. */
export async function owingClips(
  tx: Tx,
  since: Date,
): Promise<{ generation_id: string; currency: string }[]> {
  return rows(
    tx,
    sql`select generation_id, currency from royalty_accruals
        where works > 0 and accrued_at >= ${since.toISOString()}::timestamptz`,
  );
}
