import { rows, type SQL, sql, type Tx } from '@uncaged/platform';
import type { DecidedBy } from './contributions/decision.ts';

interface Found {
  what: string;
  detail: string;
}

const found = (tx: Tx, query: SQL): Promise<Found[]> => rows<Found>(tx, sql`${query} limit 100`);

/** Calls whose counters are not the sums of what they count. */
export function wrongCounters(tx: Tx): Promise<Found[]> {
  return found(
    tx,
    sql`select 'call:' || k.id as what,
          format('held %s and %s in pieces, paid %s and %s for pieces and reviews', k.held, coalesce(c.held, 0), k.paid,
            coalesce(c.paid, 0) + coalesce(r.paid, 0) + coalesce(v.paid, 0)) as detail
        from calls k
        left join (
          select call_id, sum(hold) as held, sum(case when state = 'accepted' then coalesce(paid, amount) else 0 end) as paid
          from contributions group by call_id
        ) c on c.call_id = k.id
        left join (
          select c.call_id, sum(r.paid) as paid
          from contribution_reviews r join contributions c on c.id = r.contribution_id group by c.call_id
        ) r on r.call_id = k.id
        left join (
          select c.call_id, sum(v.paid) as paid
          from contribution_appeal_votes v join contributions c on c.id = v.contribution_id group by c.call_id
        ) v on v.call_id = k.id
        where k.held <> coalesce(c.held, 0)
          or k.paid <> coalesce(c.paid, 0) + coalesce(r.paid, 0) + coalesce(v.paid, 0)`,
  );
}

/** Pieces for which less is set aside than they and the answers they can still need. */
export function shortHolds(tx: Tx): Promise<Found[]> {
  return found(
    tx,
    sql`select 'contribution:' || c.id as what,
          format('%s set aside, %s needed', c.hold, needs.needed) as detail
        from contributions c
        join calls k on k.id = c.call_id
        cross join lateral (
          select c.amount + k.review_rate * (
            coalesce(k.appeal_seats, 0)
              - (select count(*) from contribution_appeal_votes v where v.contribution_id = c.id)
              + case when c.state = 'waiting' then 2 * k.reviews_needed - 1
                  - (select count(*) from contribution_reviews r where r.contribution_id = c.id) else 0 end
          ) as needed
        ) as needs
        where (c.state = 'waiting' or c.appeal_by is not null) and c.hold < needs.needed`,
  );
}

/** Pieces whose amount is not what their call's card says for their kind and measure, or which were paid otherwise. */
export function wrongRates(tx: Tx): Promise<Found[]> {
  return found(
    tx,
    sql`select 'contribution:' || c.id as what, format('%s, the card says %s', c.amount, due.amount) as detail
        from contributions c
        join calls k on k.id = c.call_id
        left join call_rates r on r.call_id = c.call_id and r.kind = c.kind and r.milestone = c.milestone
        cross join lateral (
          select case r.pay when 'shared' then 0 when 'hourly' then (r.amount * c.minutes + 59) / 60 else r.amount end
            as amount
        ) as due
        where due.amount is distinct from c.amount or c.minutes > r.most_minutes
          or (c.state = 'accepted' and c.units is null and coalesce(c.paid, c.amount)
            <> case when c.duplicate_of is null then c.amount
              else (c.amount * k.later_numerator + k.later_denominator - 1) / k.later_denominator end)`,
  );
}

/** Reviews of one's own work, by others than were drawn, late ones, and rejections without a reason (an erased one counts as given). */
export function forbiddenReviews(tx: Tx): Promise<Found[]> {
  return found(
    tx,
    sql`select 'contribution:' || c.id as what, 'review ' || r.entry_id || ' should not have been taken' as detail
        from contribution_reviews r join contributions c on c.id = r.contribution_id
        where r.reviewer_id = c.author_id or r.reviewed_at >= c.review_by
          or r.reviewed_at > coalesce(c.decided_at, r.reviewed_at) or (r.verdict = 'reject' and r.reason = '')
          or (c.drawn_entry_id is not null and not c.panel @> to_jsonb(r.reviewer_id))`,
  );
}

export interface CallMoney {
  id: string;
  currency: string;
  left: bigint;
  held: bigint;
}

/** What each call says stands in its escrow, and what of that is promised. */
export function callMoney(tx: Tx): Promise<CallMoney[]> {
  return rows<CallMoney>(tx, sql`select id, currency, budget - paid - returned as left, held from calls`);
}

export interface DecidedRow {
  id: string;
  callId: string;
  authorId: string;
  /** what acceptance paid; 0 where a sum is shared at the close */
  amount: bigint;
  currency: string;
  decisionEntryId: string;
  state: 'accepted' | 'rejected';
  decidedBy: DecidedBy;
  decidedAt: Date;
  submittedAt: Date;
  reviewsNeeded: number;
  reviewDays: number;
}

/** Everything decided, oldest first. */
export function decided(tx: Tx): Promise<DecidedRow[]> {
  return rows<DecidedRow>(
    tx,
    sql`select c.id, c.call_id as "callId", c.author_id as "authorId",
          case when c.units is null then coalesce(c.paid, c.amount) else 0 end as amount, k.currency,
          c.decision_entry_id as "decisionEntryId", c.state, c.decided_by as "decidedBy", c.decided_at as "decidedAt",
          c.submitted_at as "submittedAt", k.reviews_needed as "reviewsNeeded", k.review_days as "reviewDays"
        from contributions c join calls k on k.id = c.call_id where c.state <> 'waiting' order by c.id`,
  );
}

export interface StepRow {
  /** generation:… or month:… */
  what: string;
  modelId: string;
  currency: string;
  amount: bigint;
  works: bigint;
  indexBefore: string;
  indexAfter: string;
  remainderBefore: string;
  remainderAfter: string;
}

/** Royalty steps of each pool from its beginning, of clips and of months. */
export function royaltySteps(tx: Tx): Promise<StepRow[]> {
  return rows<StepRow>(
    tx,
    sql`select 'generation:' || generation_id as what, model_id as "modelId", currency, amount, works,
          index_before as "indexBefore", index_after as "indexAfter",
          remainder_before as "remainderBefore", remainder_after as "remainderAfter"
        from royalty_accruals
        union all
        select 'month:' || s.month, s.model_id, m.currency, s.amount, s.weights,
          s.index_before, s.index_after, s.remainder_before, s.remainder_after
        from royalty_month_models s join royalty_months m on m.month = s.month where s.amount > 0
        order by "modelId", currency, "indexBefore", "indexAfter", what`,
  );
}

export interface MonthMoney {
  month: string;
  currency: string;
  /** what is set aside and not shared yet */
  left: bigint;
}

/** What each month says waits on its account. */
export function monthMoney(tx: Tx): Promise<MonthMoney[]> {
  return rows<MonthMoney>(
    tx,
    sql`select month, currency, case when shared_at is null then amount else 0 end as left
        from royalty_months where amount is not null`,
  );
}

/** Months whose clips are not those counted one by one, or whose sum is not what its models got and its fund got back. */
export function wrongMonths(tx: Tx): Promise<Found[]> {
  return found(
    tx,
    sql`select 'month:' || m.month as what,
          format('%s clips counted one by one, %s by model, %s of %s went on', coalesce(c.clips, 0), coalesce(s.clips, 0),
            coalesce(s.amount, 0) + coalesce(m.returned, 0), coalesce(m.amount, 0)) as detail
        from royalty_months m
        left join (
          select month, sum(clips) as clips, sum(amount) as amount, bool_or(wrong) as wrong from (
            select s.month, s.clips, s.amount, s.clips <> count(k.place) or s.clips <> max(k.place) as wrong
            from royalty_month_models s left join royalty_counted k on k.month = s.month and k.model_id = s.model_id
            group by s.month, s.model_id
          ) as each group by month
        ) s on s.month = m.month
        left join (select month, count(*) as clips from royalty_counted group by month) c on c.month = m.month
        where coalesce(c.clips, 0) <> coalesce(s.clips, 0) or coalesce(s.wrong, false)
          or (m.shared_at is not null and coalesce(s.amount, 0) + m.returned <> coalesce(m.amount, 0))`,
  );
}

export interface PoolStanding {
  modelId: string;
  currency: string;
  index: string;
  remainder: string;
  accrued: bigint;
  paid: bigint;
}

export function royaltyPoolRows(tx: Tx): Promise<PoolStanding[]> {
  return rows(
    tx,
    sql`select model_id as "modelId", currency, index, remainder, accrued, paid from royalty_pools`,
  );
}

/** Pools whose holders do not add up: in works, in what was paid, or owed more than there is. */
export function wrongHoldings(tx: Tx): Promise<Found[]> {
  return found(
    tx,
    sql`select 'pool:' || p.model_id as what,
          format('%s of %s works are paid for, its holders say otherwise, or are owed %s of %s', p.weights, p.works,
            h.owed, (p.accrued - p.paid) * 18446744073709551616) as detail
        from royalty_pools p join (
          select h.model_id, h.currency, sum(h.claimed) as claimed, sum(h.claimed - h.weight) as unpaid,
            sum(h.paid) as paid, bool_or(h.since > q.index) as ahead,
            sum(h.carried + h.weight * (q.index - h.since)) as owed
          from royalty_holders h join royalty_pools q on q.model_id = h.model_id and q.currency = h.currency
          group by h.model_id, h.currency
        ) h on h.model_id = p.model_id and h.currency = p.currency
        where p.works is null or h.claimed > p.works or p.weights <> p.works - h.unpaid or h.paid <> p.paid
          or h.ahead or h.owed > (p.accrued - p.paid) * 18446744073709551616`,
  );
}

/** Appeals whose outcome is not what their panel's judgements come to, or pieces that an appeal decided without one. */
export function wrongAppeals(tx: Tx): Promise<Found[]> {
  return found(
    tx,
    sql`select 'contribution:' || c.id as what, format('was %s by appeal, its panel says otherwise', c.state) as detail
        from contributions c
        left join contribution_appeals a on a.contribution_id = c.id
        left join (
          select contribution_id, count(*) filter (where verdict = 'accept') as yes,
            count(*) filter (where verdict = 'reject') as no
          from contribution_appeal_votes group by contribution_id
        ) v on v.contribution_id = c.id
        where (c.decided_by = 'appeal' and a.state is distinct from 'accepted')
          or (a.state = 'accepted' and (c.state <> 'accepted' or coalesce(v.no, 0) > coalesce(v.yes, 0)))
          or (a.state = 'rejected' and (c.state <> 'rejected' or coalesce(v.no, 0) <= coalesce(v.yes, 0)))`,
  );
}
